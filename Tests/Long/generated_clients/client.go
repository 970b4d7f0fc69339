// The client of openapi-generator's `go`; see README.md.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"time"

	assetlog "github.com/example/assetlog"
)

const name = "go"
const asset = "clients/" + name

func expect(holds bool, what ...interface{}) {
	if !holds {
		panic(fmt.Sprintln(what...))
	}
}

func must[T any](value T, response interface{}, err error) T {
	if err != nil {
		panic(fmt.Sprintln(err, response))
	}
	return value
}

func kinds(events []assetlog.Event) []string {
	kinds := []string{}
	for _, event := range events {
		kinds = append(kinds, event.Kind)
	}
	return kinds
}

func main() {
	configuration := assetlog.NewConfiguration()
	configuration.Servers = assetlog.ServerConfigurations{{URL: os.Args[1]}}
	client := assetlog.NewAPIClient(configuration)
	ctx := context.Background()

	info, response, err := client.ServerAPI.GetServerInfo(ctx).Execute()
	expect(must(info, response, err).AssetlogVersion != "", "no version")

	// Reports
	body := assetlog.NewMaterialization()
	body.SetPartition("p1")
	body.SetDescription("ein „Bericht“")
	body.SetDataVersion("7")
	body.SetMetadata(map[string]interface{}{"rows": 10, "list": []interface{}{1, nil}})
	result, answer, err := client.ReportsAPI.ReportMaterialization(ctx, asset).Materialization(*body).Execute()
	expect(must(result, answer, err).Event == nil, "a report answers with an event")
	reported := answer.Header.Get("Assetlog-Event-Id")
	observed, response, err := client.ReportsAPI.ReportObservation(ctx, asset).Execute()
	must(observed, response, err)
	dry, response, err := client.ReportsAPI.ReportMaterialization(ctx, asset).Materialization(*body).DryRun(true).Execute()
	expect(must(dry, response, err).Event.GetPartition() == "p1" && dry.Event.Sequence == nil, "dry run", dry)

	// Submissions
	happened := time.Date(2026, 11, 20, 12, 30, 0, 0, time.FixedZone("CET", 3600))
	check := assetlog.NewEventSubmission(assetlog.CHECK, []string{"clients", name})
	check.SetCheckName("no_nulls")
	check.SetPassed(false)
	check.SetSeverity(assetlog.WARN)
	check.Partition = "p2"
	check.Metadata = map[string]interface{}{
		"url": map[string]string{"type": "url", "raw_value": "https://example.com"}, "share": 0.5}
	failed := assetlog.NewEventSubmission(assetlog.MATERIALIZATION_FAILED, []string{"clients", name})
	failed.Timestamp = happened
	failed.Tags = map[string]string{"team": "a"}
	failure := assetlog.NewSubmittedFailure(assetlog.RUN_TERMINATED)
	failure.SetMessage("gone")
	failed.SetFailure(*failure)
	submitted := []assetlog.EventSubmission{*check, *failed}
	for attempt := 0; attempt < 2; attempt++ {
		result, response, err := client.EventsAPI.SubmitEvents(ctx).EventSubmission(submitted).Items("all").
			IdempotencyKey("clients-" + name).Execute()
		expect(must(result, response, err).GetRecorded() == 2 && len(result.Items) == 2, "recorded", result)
	}
	dryRun, response, err := client.EventsAPI.SubmitEvents(ctx).EventSubmission(submitted).DryRun(true).Execute()
	expect(must(dryRun, response, err).GetReceived() == 2, "dry run", dryRun)

	// Reading
	list := client.EventsAPI.ListEvents
	read := func(request assetlog.ApiListEventsRequest) []assetlog.Event {
		page, response, err := request.Execute()
		return must(page, response, err).Events
	}
	all := read(list(ctx).Asset(asset))
	expect(reflect.DeepEqual(kinds(all), []string{"materialization", "observation", "check", "materialization_failed"}), kinds(all))
	expect(len(read(list(ctx).AssetKey(`["clients","go"]`))) == 4, "asset_key")
	expect(len(read(list(ctx).Prefix(asset))) == 4 && len(read(list(ctx).Prefix(`["clients","go"]`))) == 4, "prefix")
	partition := read(list(ctx).Asset(asset).Partition("p1"))
	expect(len(partition) == 1 && *partition[0].Partition.Get() == "p1", "partition")
	some := read(list(ctx).Asset(asset).Kind([]assetlog.Kind{assetlog.CHECK, assetlog.OBSERVATION}))
	expect(reflect.DeepEqual(kinds(some), []string{"observation", "check"}), kinds(some))
	checks := read(list(ctx).Prefix("clients").Asset(asset).CheckName("no_nulls").Passed(false))
	expect(len(checks) == 1 && *checks[0].Severity.Get() == "WARN" && !*checks[0].Passed.Get(), "check", checks)
	expect(checks[0].Metadata["share"].Value == 0.5 && checks[0].Metadata["url"].Type == "url", "metadata", checks)
	expect(len(read(list(ctx).Asset(asset).Passed(true))) == 0, "passed")
	timed := read(list(ctx).Asset(asset).From(happened).To(happened.Add(time.Microsecond)))
	expect(len(timed) == 1 && timed[0].Timestamp.Equal(happened) && timed[0].Failure.Reason == "RUN_TERMINATED", "time", timed)
	latest := read(list(ctx).Asset(asset).Order("latest"))
	expect(len(latest) == 4 && latest[3].Kind == "materialization_failed", "latest", kinds(latest))
	seen, after := []string{}, int64(0)
	for {
		page, response, err := list(ctx).Asset(asset).After(after).Limit(1).Execute()
		seen = append(seen, kinds(must(page, response, err).Events)...)
		if page.Next == after {
			break
		}
		after = page.Next
	}
	expect(reflect.DeepEqual(seen, kinds(all)), "pages", seen)
	event, response, err := client.EventsAPI.GetEvent(ctx, reported).Execute()
	expect(*must(event, response, err).Description.Get() == "ein „Bericht“" && event.ReportedBy.Get() == nil, "event", event)
	expect(event.Metadata["rows"].Value == 10.0, "metadata", event.Metadata)

	// Refusals
	_, response, err = client.EventsAPI.GetEvent(ctx, "00000000-0000-0000-0000-000000000001").Execute()
	problem, isProblem := err.(*assetlog.GenericOpenAPIError).Model().(assetlog.Problem)
	expect(isProblem && problem.Status == 404, "a missing event", err)
	nameless := []assetlog.EventSubmission{*assetlog.NewEventSubmission(assetlog.CHECK, []string{"clients", name})}
	_, answer, err = client.EventsAPI.SubmitEvents(ctx).EventSubmission(nameless).Execute()
	expect(err != nil && answer.StatusCode == 422, "a check without a name", err)
	var refused assetlog.SubmissionResult
	expect(json.Unmarshal(err.(*assetlog.GenericOpenAPIError).Body(), &refused) == nil, "the answer", err)
	expect(*refused.Items[0].Problem.Pointer == "/check_name", "the problem", refused)
	fmt.Println("ok")
}
