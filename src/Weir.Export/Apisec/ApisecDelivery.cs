using System.Text.Json;

namespace Weir.Export.Apisec;

/// <summary>What an attempt did, in endpoints.</summary>
internal sealed class ApisecCounts
{
    private long _added, _updated, _present, _refused, _damaged, _unmapped;

    /// <summary>New on the platform.</summary>
    public long Added => Interlocked.Read(ref _added);

    /// <summary>Known to the platform, which took headers and body example.</summary>
    public long Updated => Interlocked.Read(ref _updated);

    /// <summary>On the platform already: through another node, or by a request whose answer was lost.</summary>
    public long Present => Interlocked.Read(ref _present);

    public long Refused => Interlocked.Read(ref _refused);

    public long Damaged => Interlocked.Read(ref _damaged);

    public long Unmapped => Interlocked.Read(ref _unmapped);

    public void Add(int count) => Interlocked.Add(ref _added, count);

    public void Update(int count) => Interlocked.Add(ref _updated, count);

    public void AlreadyThere(int count) => Interlocked.Add(ref _present, count);

    public void Refuse() => Interlocked.Increment(ref _refused);

    public void Damage() => Interlocked.Increment(ref _damaged);

    public void LeaveUnmapped() => Interlocked.Increment(ref _unmapped);
}

/// <summary>
/// Brings endpoints of one instance to the platform: asks which of them it knows (preview), tells it headers and bodies of those
/// (commit), and adds the others. Before anything is added, the list of what is there is read: an answer that was lost, a restart or another
/// node never adds one twice.
/// </summary>
/// <param name="client">The platform.</param>
/// <param name="target">The instance.</param>
/// <param name="delivered">Takes what arrived.</param>
/// <param name="counts">Takes what happened.</param>
/// <param name="isOther">Whether a template is another endpoint of the service, so that the platform's match with it is none.</param>
/// <param name="tell">For the user.</param>
internal sealed class ApisecDelivery(
    ApisecClient client, ApisecTarget target, DeliveredKeys delivered, ApisecCounts counts, Func<ApisecEndpoint, string, bool> isOther, Action<string> tell)
{
    /// <summary>Single requests that may fail before a whole batch is left for later: one bad endpoint does not stop the others, an outage does.</summary>
    private const int MostFailures = 2;

    /// <summary>Brings what it can. What arrived is in the delivered keys, what was refused in <paramref name="refused"/>.</summary>
    /// <returns>Null when nothing is left to do, else why.</returns>
    public async Task<ApisecAnswer?> Deliver(IReadOnlyList<ApisecEndpoint> endpoints, bool singly, HashSet<ulong> refused, CancellationToken cancel)
    {
        var open = Open(endpoints, refused);
        if (open.Count == 0) return null;
        if (open.Count > 1 && !singly)
        {
            var trouble = await Together(open, cancel);
            if (trouble is not { Outcome: ApisecOutcome.Refused }) return trouble;
            open = Open(endpoints, refused);
        }

        ApisecAnswer? last = null;
        var failures = 0;
        foreach (var endpoint in open)
        {
            var trouble = await Together([endpoint], cancel);
            switch (trouble?.Outcome)
            {
                case null: break;
                case ApisecOutcome.Refused:
                    refused.Add(endpoint.Key(target));
                    counts.Refuse();
                    tell($"apisec: {Name(endpoint)} was refused and is left out: {trouble.Problem}");
                    break;
                case ApisecOutcome.Stop: return trouble;
                default:
                    last = trouble;
                    if (++failures >= MostFailures || trouble.Status is 0 or 429) return trouble;
                    break;
            }
        }

        return last;
    }

    private List<ApisecEndpoint> Open(IEnumerable<ApisecEndpoint> endpoints, HashSet<ulong> refused) =>
        [.. endpoints.Where(endpoint => endpoint.Key(target) is var key && !delivered.Contains(key) && !refused.Contains(key)).DistinctBy(endpoint => endpoint.Key(target))];

    private async Task<ApisecAnswer?> Together(List<ApisecEndpoint> endpoints, CancellationToken cancel)
    {
        while (endpoints.Count > 0)
        {
            var preview = await client.Preview(target, [.. endpoints.Select(static endpoint => endpoint.Request)], cancel);
            if (!preview.IsTaken) return preview;
            var matched = ApisecJson.Number(preview.Body, "matchedRequests");
            tell($"apisec: bolt preview for instance {target.InstanceId}: {matched ?? 0} matched, {ApisecJson.Number(preview.Body, "unmatchedRequests") ?? 0} unmatched");
            var suggestions = ApisecJson.Items(ApisecJson.Get(preview.Body, "endpointSuggestions")).ToList();
            if (!Assign(endpoints, suggestions, matched, out var commits, out var adds))
                return new ApisecAnswer(ApisecOutcome.Refused, preview.Status, "the preview's answer cannot be matched with what was asked", null, default);
            if (await Add(adds, commits, cancel) is { } addTrouble) return addTrouble;
            if (await Commit(commits, cancel) is { } commitTrouble) return commitTrouble;
            endpoints = [.. endpoints.Where(endpoint => !delivered.Contains(endpoint.Key(target)))];
        }

        return null;
    }

    /// <summary>Which suggestion belongs to which request. One alone has the first; of several, method and path decide, and all must fit.</summary>
    private bool Assign(
        List<ApisecEndpoint> endpoints, List<JsonElement> suggestions, int? matched, out List<(ApisecEndpoint Endpoint, BoltCommit Commit)> commits, out List<ApisecEndpoint> adds)
    {
        (commits, adds) = ([], []);
        var assigned = 0;
        foreach (var endpoint in endpoints)
        {
            var suggestion = endpoints.Count == 1 ? suggestions.FirstOrDefault() : suggestions.FirstOrDefault(one => Fits(one, endpoint));
            if (suggestion.ValueKind != JsonValueKind.Object)
            {
                tell($"apisec: no match for {Name(endpoint)}; creating {endpoint.Path} -> {endpoint.Template}");
                adds.Add(endpoint);
                continue;
            }

            assigned++;
            var path = ApisecJson.Text(suggestion, "path");
            var id = ApisecJson.Text(suggestion, "endpointId") ?? (path is null ? null : PathTemplate.EndpointId(endpoint.Method, path));
            if (id is null) return false;
            if (path is not null && (IsRaw(path, endpoint.Template) || isOther(endpoint, path)))
            {
                tell($"apisec: {Name(endpoint)} matched {path}, which is not its template; creating {endpoint.Template}");
                adds.Add(endpoint);
                continue;
            }

            commits.Add((endpoint, Commit(endpoint, id, suggestion)));
        }

        return endpoints.Count == 1 || assigned == (matched ?? suggestions.Count);
    }

    private static BoltCommit Commit(ApisecEndpoint endpoint, string id, JsonElement suggestion) => new(
        id, ApisecJson.Get(suggestion, "pathParams"), ApisecJson.Get(suggestion, "queryParams"), endpoint.Headers,
        endpoint.ContentType.Length > 0 ? endpoint.ContentType : "application/json", endpoint.Body);

    private static bool Fits(JsonElement suggestion, ApisecEndpoint endpoint)
    {
        var method = ApisecJson.Text(suggestion, "method")?.ToUpperInvariant() ?? (ApisecJson.Text(suggestion, "endpointId") is { } id ? PathTemplate.MethodOf(id) : null);
        return ApisecJson.Text(suggestion, "path") is { } path && (method is null || method == endpoint.Method) && PathTemplate.Matches(path, endpoint.Path);
    }

    /// <summary>The platform has it with a value where the template has a parameter.</summary>
    private static bool IsRaw(string path, string template) =>
        PathTemplate.Canonical(path) != PathTemplate.Canonical(template) && PathTemplate.Matches(template, path);

    private async Task<ApisecAnswer?> Add(List<ApisecEndpoint> adds, List<(ApisecEndpoint Endpoint, BoltCommit Commit)> commits, CancellationToken cancel)
    {
        if (adds.Count == 0) return null;
        var list = await client.Endpoints(target, cancel);
        if (!list.IsTaken && list.Status != 404) return list;
        var there = Listed(list.Body);
        var news = new List<ApisecEndpoint>();
        foreach (var endpoint in adds)
        {
            if (there.TryGetValue(Place(endpoint.Method, endpoint.Template), out var id)) Found(endpoint, id, commits);
            else if (!news.Exists(other => Place(other.Method, other.Template) == Place(endpoint.Method, endpoint.Template))) news.Add(endpoint);
        }

        if (news.Count == 0) return null;
        var answer = await client.AddEndpoints(target, [.. news.Select(static one => new BoltRequest(one.Method, one.Template, [], one.Body))], cancel);
        if (!answer.IsTaken) return answer;
        foreach (var endpoint in news)
        {
            delivered.Add(endpoint.Key(target));
            tell($"apisec: pushed {Name(endpoint)}");
        }

        counts.Add(news.Count);
        return null;
    }

    /// <summary>It is there although the preview did not say so: a body is still news.</summary>
    private void Found(ApisecEndpoint endpoint, string id, List<(ApisecEndpoint Endpoint, BoltCommit Commit)> commits)
    {
        if (endpoint.Body.Length > 0)
        {
            commits.Add((endpoint, Commit(endpoint, id, default)));
            return;
        }

        delivered.Add(endpoint.Key(target));
        counts.AlreadyThere(1);
    }

    private async Task<ApisecAnswer?> Commit(List<(ApisecEndpoint Endpoint, BoltCommit Commit)> commits, CancellationToken cancel)
    {
        // Two bodies of one endpoint are two requests: within one, which of them wins is not documented.
        while (commits.Count > 0)
        {
            var round = commits.DistinctBy(static one => one.Commit.EndpointId).ToList();
            var answer = await client.Commit(target, [.. round.Select(static one => one.Commit)], cancel);
            if (!answer.IsTaken) return answer;
            tell($"apisec: bolt commit for instance {target.InstanceId}: {ApisecJson.Number(answer.Body, "endpointsUpdated") ?? round.Count} updated, "
                + $"{ApisecJson.Number(answer.Body, "endpointsAdded") ?? 0} added");
            foreach (var (endpoint, _) in round) delivered.Add(endpoint.Key(target));
            counts.Update(round.Count);
            commits = [.. commits.Except(round)];
        }

        return null;
    }

    private static Dictionary<string, string> Listed(JsonElement body)
    {
        var there = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var endpoint in ApisecJson.Items(ApisecJson.Get(body, "endpointGroups")).SelectMany(group => ApisecJson.Items(ApisecJson.Get(group, "endpoints"))))
        {
            if (ApisecJson.Text(endpoint, "path") is not { } path || ApisecJson.Text(endpoint, "method") is not { } method) continue;
            there.TryAdd(Place(method, path), ApisecJson.Text(endpoint, "id") ?? PathTemplate.EndpointId(method, path));
        }

        return there;
    }

    private static string Place(string method, string template) => $"{method.ToUpperInvariant()} {PathTemplate.Canonical(template)}";

    private static string Name(ApisecEndpoint endpoint) => $"{endpoint.Method} {endpoint.Template} of {endpoint.Service}";
}
