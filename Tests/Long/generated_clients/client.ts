// The client of openapi-generator's `typescript-fetch`; see README.md.
import { Configuration, EventsApi, EventSubmission, Event, Kind, ListEventsOrderEnum, ReportsApi, ResponseError, ServerApi, Severity,
    SubmitEventsItemsEnum } from "./generated/index";

declare const process: { argv: string[]; exit(code: number): never };

const name = "typescript";
const asset = `clients/${name}`;
const configuration = new Configuration({ basePath: process.argv[2] });
const server = new ServerApi(configuration), reports = new ReportsApi(configuration), events = new EventsApi(configuration);

function expect(holds: boolean, what: any) {
    if (!holds) { throw new Error(typeof what === "string" ? what : JSON.stringify(what)); }
}

async function refusal(request: Promise<any>): Promise<[number, any]> {
    try { await request; } catch (error) {
        if (error instanceof ResponseError) { return [error.response.status, await error.response.json()]; }
        throw error;
    }
    throw new Error("it was not refused");
}

const kinds = (list: Event[]) => list.map(event => event.kind).join(" ");
const read = async (filters: any) => (await events.listEvents(filters)).events;

async function main() {
    expect((await server.getServerInfo()).assetlogVersion !== "", "no version");

    // Reports
    const materialization = { partition: "p1", description: "ein „Bericht“", dataVersion: "7", metadata: { rows: 10, list: [1, null] } };
    const answer = await reports.reportMaterializationRaw({ assetKey: asset, materialization });
    expect((await answer.value()).event === undefined, "a report answers with an event");
    const reported = answer.raw.headers.get("Assetlog-Event-Id") ?? "";
    await reports.reportObservation({ assetKey: asset });
    const dry = await reports.reportMaterialization({ assetKey: asset, materialization, dryRun: true });
    expect(dry.event?.sequence === null && dry.event?.partition === "p1" && dry.sources?.partition === "body", dry);

    // Submissions
    const happened = new Date("2026-11-20T12:30:00+01:00");
    const eventSubmission: EventSubmission[] = [
        { kind: Kind.Check, assetKey: ["clients", name], checkName: "no_nulls", passed: false, severity: Severity.Warn, partition: "p2",
          metadata: { url: { type: "url", raw_value: "https://example.com" }, share: 0.5 } },
        { kind: Kind.MaterializationFailed, assetKey: ["clients", name], timestamp: happened, tags: { team: "a" },
          failure: { reason: "RUN_TERMINATED", message: "gone" } },
    ];
    for (let attempt = 0; attempt < 2; attempt++) {
        const result = await events.submitEvents(
            { eventSubmission, items: SubmitEventsItemsEnum.All, idempotencyKey: `clients-${name}` });
        expect(result.recorded === 2 && result.items?.length === 2 && result.items[0].status === 200, result);
    }
    const tried = await events.submitEvents({ eventSubmission, dryRun: true });
    expect(tried.received === 2 && tried.items?.[0].event?.checkName === "no_nulls", tried);

    // Reading
    const all = await read({ asset });
    expect(kinds(all) === "materialization observation check materialization_failed", kinds(all));
    expect((await read({ assetKey: `["clients","${name}"]` })).length === 4, "asset_key");
    expect((await read({ prefix: asset })).length === 4 && (await read({ prefix: `["clients","${name}"]` })).length === 4, "prefix");
    const partition = await read({ asset, partition: "p1" });
    expect(partition.length === 1 && partition[0].partition === "p1", partition);
    expect(kinds(await read({ asset, kind: [Kind.Check, Kind.Observation] })) === "observation check", "kind");
    const [check, ...none] = await read({ prefix: "clients", asset, checkName: "no_nulls", passed: false });
    expect(none.length === 0 && check.severity === "WARN" && check.passed === false && check.metadata.share.value === 0.5, check);
    expect(check.metadata.url.type === "url" && (await read({ asset, passed: true })).length === 0, "passed");
    const [failed] = await read({ asset, from: happened, to: new Date(happened.getTime() + 1) });
    expect(failed.timestamp.getTime() === happened.getTime() && failed.failure?.reason === "RUN_TERMINATED", failed);
    const latest = await read({ asset, order: ListEventsOrderEnum.Latest });
    expect(latest.length === 4 && latest[3].kind === "materialization_failed", latest);
    const seen: Event[] = [];
    for (let after = 0; ;) {
        const page = await events.listEvents({ asset, after, limit: 1 });
        seen.push(...page.events);
        if (page.next === after) { break; }
        after = page.next;
    }
    expect(kinds(seen) === kinds(all), "pages");
    const event = await events.getEvent({ eventId: reported });
    expect(event.description === "ein „Bericht“" && event.dataVersion === "7" && event.reportedBy === null, event);
    expect(event.metadata.rows.value === 10 && event.metadata.list.value[1] === null, event);

    // Refusals
    const [status, problem] = await refusal(events.getEvent({ eventId: "00000000-0000-0000-0000-000000000001" }));
    expect(status === 404 && problem.status === 404, problem);
    const nameless = [{ kind: Kind.Check, assetKey: ["clients", name] }];
    const [unprocessable, refused] = await refusal(events.submitEvents({ eventSubmission: nameless }));
    expect(unprocessable === 422 && refused.items[0].problem.pointer === "/check_name", refused);
    console.log("ok");
}

main().catch(error => { console.error(error); process.exit(1); });
