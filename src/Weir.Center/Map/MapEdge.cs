using Weir.Records;

namespace Weir.Center.Map;

/// <summary>The calls from one place to another, in numbers. A call may stand for several: figures are then estimates.</summary>
internal sealed class MapEdge
{
    private readonly List<(float Ms, float Weight)> _durations = [];
    private readonly SortedSet<string> _protocols = new(StringComparer.Ordinal);

    public double Calls { get; private set; }

    /// <summary>Answers 5xx, gRPC that did not succeed, lookups that failed other than by the name not being there.</summary>
    public double Errors { get; private set; }

    /// <summary>Answers 4xx.</summary>
    public double ClientErrors { get; private set; }

    /// <summary>No answer was seen, and the call is over.</summary>
    public double Unanswered { get; private set; }

    public double RequestBytes { get; private set; }

    public double ResponseBytes { get; private set; }

    public IReadOnlyCollection<string> Protocols => _protocols;

    public void Add(Exchange exchange, double weight)
    {
        Calls += weight;
        var status = exchange.HasResponse ? exchange.Response.Status : 0;
        if (IsError(exchange, status)) Errors += weight;
        else if (!exchange.Dns.Present && status is >= 400 and < 500) ClientErrors += weight;
        else if (!exchange.HasResponse && !exchange.InProgress) Unanswered += weight;
        RequestBytes += exchange.Request.BodyBytes * weight;
        ResponseBytes += exchange.Response.BodyBytes * weight;
        if (exchange.DurationNs >= 0 && !exchange.InProgress) _durations.Add((exchange.DurationNs / 1e6f, (float)weight));
        _protocols.Add(exchange.Protocol);
    }

    public void Add(MapEdge other)
    {
        Calls += other.Calls;
        Errors += other.Errors;
        ClientErrors += other.ClientErrors;
        Unanswered += other.Unanswered;
        RequestBytes += other.RequestBytes;
        ResponseBytes += other.ResponseBytes;
        _durations.AddRange(other._durations);
        _protocols.UnionWith(other._protocols);
    }

    /// <summary>Milliseconds within which a share of the calls was answered; null where none was. Sorts, so that it is to be asked when all are there.</summary>
    public IReadOnlyList<double?> Quantiles(params ReadOnlySpan<double> shares)
    {
        _durations.Sort(static (one, other) => one.Ms.CompareTo(other.Ms));
        var total = _durations.Sum(static one => (double)one.Weight);
        var found = new double?[shares.Length];
        for (var i = 0; i < shares.Length && _durations.Count > 0; i++)
        {
            var left = shares[i] * total;
            found[i] = _durations[^1].Ms;
            foreach (var (ms, weight) in _durations)
            {
                left -= weight;
                if (left > 0) continue;
                found[i] = ms;
                break;
            }
        }

        return found;
    }

    private static bool IsError(Exchange exchange, int status) =>
        // 3: the name does not exist (RFC 1035 §4.1.1), which is an answer.
        exchange.Dns.Present ? exchange.HasResponse && status is not (0 or 3)
        : exchange.Grpc.Present && exchange.Grpc.Status > 0 || status >= 500;
}
