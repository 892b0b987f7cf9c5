using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Center.Respond;
using Weir.Center.Respond.Alerts;
using Weir.Center.Respond.Incidents;
using Weir.Detection.Findings;
using Weir.Storage;
using Weir.Storage.Tests.ClickHouse;

namespace Weir.Center.Tests.Respond;

/// <summary>Incidents, silences and changes of several centers over one ClickHouse server of Debian.</summary>
public sealed class SharedResponseTests(ClickHouseFixture fixture) : IClassFixture<ClickHouseFixture>
{
    private const string Gone = "000000000000000000000000000000aa";
    private const string Silences = "/api/v1/alerts/silences";

    private static readonly FollowOptions s_quick = new() { Interval = TimeSpan.FromMilliseconds(50), HoldInterval = TimeSpan.FromSeconds(1), GoneAfter = TimeSpan.FromSeconds(4) };

    [SkippableFact]
    public async Task Every_center_shows_the_incidents_and_changes_of_all_newest_first_and_each_once()
    {
        await using var one = await Start();
        await using var other = await one.StartBesideAsync(Quick);
        one.Attack(client: 66);
        await TestCenter.Until(async () => (await Incidents(other)).Count == 1);
        other.Attack(client: 77);
        foreach (var site in (Site[])[one, other])
        {
            await TestCenter.Until(async () => (await Incidents(site)).Count == 2);
            var found = await Incidents(site);
            Assert.Equal(["10.0.0.66", "10.0.0.77"], found.Select(static incident => incident.GetProperty("source").GetString()).Order(StringComparer.Ordinal));
            Assert.Equal(Ids(found).OrderDescending(StringComparer.Ordinal), Ids(found));
            Assert.All(found, static incident => Assert.Equal("open", incident.GetProperty("state").GetString()));
            foreach (var incident in found)
            {
                Assert.Equal(incident.GetProperty("source").GetString(), (await site.Json($"/api/v1/incidents/{incident.GetProperty("id").GetString()}")).GetProperty("source").GetString());
                Assert.Equal(JsonValueKind.Array, (await site.Json($"/api/v1/incidents/{incident.GetProperty("id").GetString()}/deliveries")).ValueKind);
            }
        }

        foreach (var site in (Site[])[one, other, one]) Assert.Equal(HttpStatusCode.Created, (await Silence(site, "scan")).Status);
        foreach (var site in (Site[])[one, other])
        {
            await TestCenter.Until(async () => (await Changes(site)).Count(static line => line.StartsWith("silence.add ", StringComparison.Ordinal)) == 3);
            Assert.Equal(await Changes(one), await Changes(site));
        }
    }

    [SkippableFact]
    public async Task A_silence_holds_at_every_center_whoever_makes_or_ends_it_and_outlives_its_center()
    {
        await using var one = await Start();
        await using var other = await one.StartBesideAsync(Quick);
        var (_, first) = await Silence(one, "password_guessing");
        var (_, second) = await Silence(one, "flood");
        await TestCenter.Until(async () => (await Silenced(other)).Count == 2);
        // Its center ends, and a third begins that never knew it.
        await one.StopCenterAsync();
        await using var third = await other.StartBesideAsync(Quick);
        Assert.Equal([Id(first), Id(second)], (await Silenced(third)).Order(StringComparer.Ordinal));
        third.Attack();
        await TestCenter.Until(async () => (await Incidents(third)).Count == 1);
        var told = $"/api/v1/incidents/{Ids(await Incidents(third))[0]}/deliveries";
        await TestCenter.Until(async () => (await third.Json(told)).EnumerateArray().Any(static one => one.GetProperty("state").GetString() == "silenced"));

        Assert.Equal(HttpStatusCode.NoContent, (await third.Delete($"{Silences}/{Id(first)}")).Status);
        Assert.Equal([Id(second)], await Silenced(third));
        Assert.Equal(HttpStatusCode.NotFound, (await third.Delete($"{Silences}/{Id(first)}")).Status);
        await TestCenter.Until(async () => (await Silenced(other)).SequenceEqual([Id(second)]));
        await one.StartCenterAsync(Quick);
        Assert.Equal([Id(second)], await Silenced(one));
        // Its place is given to another, which nobody takes for it.
        var (_, last) = await Silence(one, "scan");
        foreach (var site in (Site[])[one, other, third]) await TestCenter.Until(async () => (await Silenced(site)).SequenceEqual([Id(second), Id(last)]));
        Assert.Equal(HttpStatusCode.NotFound, (await other.Delete($"{Silences}/{Id(first)}")).Status);
    }

    [SkippableFact]
    public async Task There_is_room_for_so_many_silences_of_all_centers_together()
    {
        static RespondOptions Small(RespondOptions options) => Quick(options) with { Limits = RespondLimits.Default with { MaxSilences = 2 } };
        await using var one = await Site.StartAsync(Small, store: ClickHouseServer.Options(fixture.Server.Address));
        await using var other = await one.StartBesideAsync(Small);
        await Silence(one, "scan");
        await Silence(one, "flood");
        await TestCenter.Until(async () => (await Silenced(other)).Count == 2);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Silence(other, "scan")).Status);
        await other.Delete($"{Silences}/{(await Silenced(other))[0]}");
        Assert.Equal(HttpStatusCode.Created, (await Silence(other, "scan")).Status);
    }

    [SkippableFact]
    public async Task An_open_incident_of_a_center_that_is_gone_is_over_until_the_center_is_back()
    {
        var store = ClickHouseServer.Options(fixture.Server.Address);
        await using var site = await Site.StartAsync(Quick, store: store);
        using var documents = new ClickHouseExchangeStore(store);
        documents.Hold("respond-center-" + Gone, Gone);
        documents.SaveDocuments("respond-incidents@" + Gone, [("000001", RespondJson.Write(Incident("01JWEIR0000000000000000001", IncidentState.Open)))]);
        await TestCenter.Until(async () => await State(site) == "open");
        await TestCenter.Until(async () => await State(site) == "closed");
        documents.Hold("respond-center-" + Gone, Gone);
        await TestCenter.Until(async () => await State(site) == "open");
        // One that ends says so.
        documents.Hold("respond-center-" + Gone, "");
        await TestCenter.Until(async () => await State(site) == "closed");
        Assert.Empty((await site.Json("/api/v1/incidents?state=open")).GetProperty("items").EnumerateArray());

        static async Task<string?> State(Site site) => (await Incidents(site)) is [var only] ? only.GetProperty("state").GetString() : null;
    }

    [SkippableFact]
    public async Task What_a_center_left_open_is_over_for_all_when_it_begins_again()
    {
        await using var one = await Start();
        await using var other = await one.StartBesideAsync(Quick);
        one.Attack();
        await TestCenter.Until(async () => (await Incidents(other)) is [var found] && found.GetProperty("state").GetString() == "open");
        await one.StopCenterAsync();
        await one.StartCenterAsync(Quick);
        Assert.Equal("closed", (await Incidents(one))[0].GetProperty("state").GetString());
        // The new lease brings the old incident not back.
        using var documents = new ClickHouseExchangeStore(other.Store!);
        await TestCenter.Until(() => documents.DocumentMarks("respond-incidents@").SelectMany(mark => documents.LoadDocuments(mark.Kind)).All(static one => Encoding.UTF8.GetString(one.Body).Contains("\"closed\"", StringComparison.Ordinal)));
        await TestCenter.Until(async () => (await Incidents(other))[0].GetProperty("state").GetString() == "closed");
    }

    [SkippableFact]
    public async Task Of_what_others_wrote_the_newest_is_kept_and_what_cannot_be_read_is_passed_over()
    {
        var store = ClickHouseServer.Options(fixture.Server.Address);
        using var documents = new ClickHouseExchangeStore(store);
        for (var n = 1; n <= 5; n++)
            documents.SaveDocuments("respond-incidents@" + Gone, [($"00000{n}", RespondJson.Write(Incident($"01JWEIR000000000000000000{n}", IncidentState.Closed)))]);
        await using var site = await Site.StartAsync(options => Quick(options) with { Limits = RespondLimits.Default with { MaxIncidents = 3 } }, store: store);
        Assert.Equal(["5", "4", "3"], Ids(await Incidents(site)).Select(static id => id[^1..]));
        documents.SaveDocuments("respond-incidents@" + Gone, [("000005", "damaged"u8.ToArray())]);
        await TestCenter.Until(async () => Ids(await Incidents(site)).Select(static id => id[^1..]).SequenceEqual(["4", "3"]));
    }

    [SkippableFact]
    public async Task Silences_that_an_older_Weir_kept_for_one_center_hold_at_all()
    {
        var store = ClickHouseServer.Options(fixture.Server.Address);
        using var documents = new ClickHouseExchangeStore(store);
        var now = DateTimeOffset.UtcNow;
        var state = new AlertState
        {
            Silences =
            [
                new Silence { Id = "01JWEIR0000000000000000001", Kind = "flood", StartsAt = now, EndsAt = now.AddHours(1), By = "me" },
                new Silence { Id = "01JWEIR0000000000000000002", Kind = "scan", StartsAt = now.AddHours(-2), EndsAt = now.AddHours(-1), By = "me" },
            ],
        };
        // Nobody's: both take it up.
        documents.SaveDocuments("respond-alerts", [("state", RespondJson.Write(state))]);
        await using var one = await Site.StartAsync(Quick, store: store);
        await using var other = await one.StartBesideAsync(Quick);
        foreach (var site in (Site[])[one, other]) Assert.Equal(["01JWEIR0000000000000000001"], await Silenced(site));
        Assert.Equal(HttpStatusCode.NoContent, (await other.Delete($"{Silences}/01JWEIR0000000000000000001")).Status);
        await TestCenter.Until(async () => (await Silenced(one)).Count == 0);
        await one.StopCenterAsync();
        await one.StartCenterAsync(Quick);
        Assert.Empty(await Silenced(one));
    }

    [SkippableFact]
    public async Task A_store_that_is_away_leaves_what_was_known()
    {
        Skip.If(ClickHouseServer.Missing is not null, ClickHouseServer.Missing);
        using var server = new ClickHouseServer();
        server.Start();
        // Time for each to say that it is there, when the store is.
        var follow = s_quick with { HoldInterval = TimeSpan.FromSeconds(3) };
        await using var one = await Site.StartAsync(options => options with { Follow = follow }, store: ClickHouseServer.Options(server.Address));
        await using var other = await one.StartBesideAsync(options => options with { Follow = follow });
        one.Attack();
        await Silence(one, "flood");
        await TestCenter.Until(async () => (await Incidents(other)).Count == 1 && (await Silenced(other)).Count == 1);
        server.Kill();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Silence(other, "scan")).Status);
        // Longer than after which a silent center is gone.
        await Task.Delay(follow.GoneAfter + TimeSpan.FromSeconds(1));
        Assert.Equal("open", (await Incidents(other))[0].GetProperty("state").GetString());
        Assert.Single(await Silenced(other));
        server.Start();
        await TestCenter.Until(async () => (await Silence(other, "scan")).Status == HttpStatusCode.Created);
        await TestCenter.Until(async () =>
        {
            Assert.Equal("open", (await Incidents(other))[0].GetProperty("state").GetString());
            return (await Silenced(one)).Count == 2;
        });
    }

    private static RespondOptions Quick(RespondOptions options) => options with { Follow = s_quick };

    private static IncidentRecord Incident(string id, IncidentState state) => new()
    {
        Id = id, Number = 1, State = state, Kind = FindingKind.Flood, Severity = Severity.High, StartedAt = DateTimeOffset.UnixEpoch, DetectedAt = DateTimeOffset.UnixEpoch, LastAt = DateTimeOffset.UnixEpoch,
    };

    private static async Task<List<JsonElement>> Incidents(Site site) => [.. (await site.Json("/api/v1/incidents?severity=high")).GetProperty("items").EnumerateArray()];

    private static List<string> Ids(IEnumerable<JsonElement> incidents) => [.. incidents.Select(static one => one.GetProperty("id").GetString()!)];

    private static async Task<List<string>> Changes(Site site) =>
        [.. (await site.Json("/api/v1/ratelimits/changes")).EnumerateArray().Select(static one => $"{one.GetProperty("action").GetString()} {one.GetProperty("subject").GetString()}")];

    private static Task<(HttpStatusCode Status, JsonElement Body)> Silence(Site site, string kind) => site.Post(Silences, new { kind, durationSeconds = 3600 });

    private static async Task<List<string>> Silenced(Site site) => Ids((await site.Json(Silences)).EnumerateArray());

    private static string Id(JsonElement one) => one.GetProperty("id").GetString()!;

    private Task<Site> Start() => Site.StartAsync(Quick, store: ClickHouseServer.Options(fixture.Server.Address));
}
