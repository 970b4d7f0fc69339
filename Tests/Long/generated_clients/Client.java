// The client of openapi-generator's `java` with the library `native`; see README.md.
import java.time.OffsetDateTime;
import java.util.*;
import java.util.stream.Collectors;
import org.openapitools.client.*;
import org.openapitools.client.api.*;
import org.openapitools.client.model.*;

public class Client {
    static final String NAME = "java", ASSET = "clients/" + NAME;
    static EventsApi events;

    static void expect(boolean holds, Object what) {
        if (!holds) throw new IllegalStateException(String.valueOf(what));
    }

    static String kinds(List<Event> list) {
        return list.stream().map(Event::getKind).collect(Collectors.joining(" "));
    }

    /** The filters of a list; what is null is not asked for. */
    static class Filters {
        Long after;
        Integer limit;
        String order, asset, assetKey, prefix, partition, checkName;
        List<Kind> kind;
        Boolean passed;
        OffsetDateTime from, to;

        EventPage page() throws ApiException {
            return events.listEvents(EventsApi.APIListEventsRequest.newBuilder()
                .after(after).limit(limit).order(order).asset(asset).assetKey(assetKey).prefix(prefix).kind(kind)
                .partition(partition).checkName(checkName).passed(passed).from(from).to(to).build());
        }
    }

    interface Choice { void set(Filters filters); }

    static List<Event> read(Choice choice) throws ApiException {
        Filters filters = new Filters();
        choice.set(filters);
        return filters.page().getEvents();
    }

    static EventsApi.APISubmitEventsRequest.Builder submission(List<EventSubmission> list) {
        return EventsApi.APISubmitEventsRequest.newBuilder().eventSubmission(list);
    }

    static ReportsApi.APIReportMaterializationRequest.Builder report() {
        return ReportsApi.APIReportMaterializationRequest.newBuilder().assetKey(ASSET).materialization(materialization());
    }

    static Materialization materialization() {
        Map<String, Object> metadata = new HashMap<>();
        metadata.put("rows", 10);
        metadata.put("list", Arrays.asList(1, null));
        return new Materialization().partition("p1").description("ein „Bericht“").dataVersion("7").metadata(metadata);
    }

    static List<EventSubmission> submitted(OffsetDateTime happened) {
        return List.of(
            new EventSubmission().kind(Kind.CHECK).assetKey(List.of("clients", NAME)).checkName("no_nulls").passed(false)
                .severity(Severity.WARN).partition("p2")
                .metadata(Map.of("url", Map.of("type", "url", "raw_value", "https://example.com"), "share", 0.5)),
            new EventSubmission().kind(Kind.MATERIALIZATION_FAILED).assetKey(List.of("clients", NAME)).timestamp(happened)
                .tags(Map.of("team", "a"))
                .failure(new SubmittedFailure().reason(FailureReason.RUN_TERMINATED).message("gone")));
    }

    public static void main(String[] arguments) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(arguments[0]);
        events = new EventsApi(client);
        ReportsApi reports = new ReportsApi(client);
        expect(!new ServerApi(client).getServerInfo().getAssetlogVersion().isEmpty(), "no version");

        // Reports
        ApiResponse<ReportResult> answer = reports.reportMaterializationWithHttpInfo(report().build());
        expect(answer.getStatusCode() == 200 && answer.getData().getEvent() == null, answer.getData());
        UUID reported = UUID.fromString(answer.getHeaders().get("assetlog-event-id").get(0));
        reports.reportObservation(ReportsApi.APIReportObservationRequest.newBuilder().assetKey(ASSET).build());
        ReportResult dry = reports.reportMaterialization(report().dryRun(true).build());
        expect(dry.getEvent().getSequence() == null && dry.getEvent().getPartition().equals("p1"), dry);

        // Submissions
        OffsetDateTime happened = OffsetDateTime.parse("2026-11-20T12:30:00+01:00");
        for (int attempt = 0; attempt < 2; attempt++) {
            SubmissionResult result = events.submitEvents(
                submission(submitted(happened)).items("all").idempotencyKey("clients-" + NAME).build());
            expect(result.getRecorded() == 2 && result.getItems().size() == 2, result);
        }
        SubmissionResult dryRun = events.submitEvents(submission(submitted(happened)).dryRun(true).build());
        expect(dryRun.getReceived() == 2 && dryRun.getItems().get(0).getEvent().getCheckName().equals("no_nulls"), dryRun);

        // Reading
        List<Event> all = read(f -> f.asset = ASSET);
        expect(kinds(all).equals("materialization observation check materialization_failed"), kinds(all));
        expect(read(f -> f.assetKey = "[\"clients\",\"java\"]").size() == 4, "asset_key");
        expect(read(f -> f.prefix = ASSET).size() == 4, "prefix");
        expect(read(f -> f.prefix = "[\"clients\",\"java\"]").size() == 4, "prefix as JSON");
        List<Event> partition = read(f -> { f.asset = ASSET; f.partition = "p1"; });
        expect(partition.size() == 1 && partition.get(0).getPartition().equals("p1"), partition);
        expect(
            kinds(read(f -> { f.asset = ASSET; f.kind = List.of(Kind.CHECK, Kind.OBSERVATION); })).equals("observation check"), "kind");
        List<Event> checks = read(f -> { f.prefix = "clients"; f.asset = ASSET; f.checkName = "no_nulls"; f.passed = false; });
        expect(checks.size() == 1 && checks.get(0).getSeverity().equals("WARN") && !checks.get(0).getPassed(), checks);
        expect(checks.get(0).getMetadata().get("share").getValue().equals(0.5), checks);
        expect(read(f -> { f.asset = ASSET; f.passed = true; }).isEmpty(), "passed");
        List<Event> timed = read(f -> { f.asset = ASSET; f.from = happened; f.to = happened.plusNanos(1000); });
        expect(timed.size() == 1 && timed.get(0).getTimestamp().isEqual(happened), timed);
        expect(timed.get(0).getFailure().getReason().equals("RUN_TERMINATED") && timed.get(0).getTags().get("team").equals("a"), timed);
        List<Event> latest = read(f -> { f.asset = ASSET; f.order = "latest"; });
        expect(latest.size() == 4 && latest.get(3).getKind().equals("materialization_failed"), kinds(latest));
        List<Event> seen = new ArrayList<>();
        for (long after = 0; ; ) {
            Filters filters = new Filters();
            filters.asset = ASSET;
            filters.after = after;
            filters.limit = 1;
            EventPage page = filters.page();
            seen.addAll(page.getEvents());
            if (page.getNext() == after) break;
            after = page.getNext();
        }
        expect(kinds(seen).equals(kinds(all)), kinds(seen));
        Event event = events.getEvent(EventsApi.APIGetEventRequest.newBuilder().eventId(reported).build());
        expect(event.getDescription().equals("ein „Bericht“") && event.getReportedBy() == null, event);
        expect(event.getMetadata().get("rows").getValue().equals(10), event);

        // Refusals
        try {
            events.getEvent(EventsApi.APIGetEventRequest.newBuilder().eventId(new UUID(0, 1)).build());
            expect(false, "an event that is not there was found");
        } catch (ApiException error) {
            expect(error.getCode() == 404 && error.getResponseBody().contains("no event"), error);
        }
        try {
            events.submitEvents(submission(
                List.of(new EventSubmission().kind(Kind.CHECK).assetKey(List.of("clients", NAME)))).build());
            expect(false, "a check without a name was recorded");
        } catch (ApiException error) {
            SubmissionResult refused = client.getObjectMapper().readValue(error.getResponseBody(), SubmissionResult.class);
            expect(error.getCode() == 422 && refused.getItems().get(0).getProblem().getPointer().equals("/check_name"), error);
        }
        System.out.println("ok");
    }
}
