using System.Globalization;
using System.Text.Json.Nodes;
using Weir.Center.Api;
using Weir.Records;
using Weir.Records.Status;
using Weir.Rpc.Center.V1;

namespace Weir.Center.Probes;

/// <summary>The probes that were heard of, with what they said last. Thread-safe.</summary>
internal sealed class ProbeRegistry(ProbeLimits limits, TimeProvider time) : IStatusSource
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ProbeEntry> _probes = new(StringComparer.Ordinal);
    private long _batches;
    private long _exchanges;
    private long _invalid;
    private long _busy;
    private long _refused;

    public string Name => "probes";

    /// <summary>A probe has connected; an earlier stream of its name is no longer the one that is told of.</summary>
    public ProbeEntry Connect(Hello hello, string address)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (!_probes.TryGetValue(hello.Probe, out var entry))
            {
                if (_probes.Count >= limits.MaxKnown) _probes.Remove(_probes.MinBy(one => one.Value.LastSeen).Key);
                _probes.Add(hello.Probe, entry = new ProbeEntry(hello.Probe));
            }

            (entry.Version, entry.Address, entry.LastSeen, entry.ConnectedSince) = (hello.Version, address, now, now);
            entry.Streams++;
            // Rough, by the time of the way here; the probe measures it better with its second beat.
            entry.ClockOffsetNs = Nanoseconds(now) - hello.SentUnixNs;
            return entry;
        }
    }

    public void Disconnect(ProbeEntry entry)
    {
        lock (_gate) entry.Streams--;
    }

    public void Beat(ProbeEntry entry, Beat beat)
    {
        lock (_gate)
        {
            (entry.LastSeen, entry.Last) = (time.GetUtcNow(), beat);
            if (beat.HasClockOffsetNs) (entry.ClockOffsetNs, entry.RoundTripNs) = (beat.ClockOffsetNs, beat.RoundTripNs);
        }
    }

    public void Count(ProbeEntry entry, Receipt.Types.Outcome outcome, int exchanges, int invalid, IEnumerable<string> planes)
    {
        lock (_gate)
        {
            entry.Planes.UnionWith(planes);
            entry.LastSeen = time.GetUtcNow();
            _invalid += invalid;
            switch (outcome)
            {
                case Receipt.Types.Outcome.Stored:
                    entry.Stored += exchanges;
                    _exchanges += exchanges;
                    _batches++;
                    break;
                case Receipt.Types.Outcome.Busy: _busy++; break;
                default: _refused++; break;
            }
        }
    }

    public void Report(IStatusReport report)
    {
        lock (_gate)
        {
            report.Gauge("connected", _probes.Values.Count(entry => entry.Streams > 0));
            report.Counter("batches", _batches);
            report.Counter("exchanges", _exchanges);
            report.Counter("busy", _busy);
            report.Counter("refused", _refused);
            report.Dropped(new Loss(Loss.Anywhere, Loss.Anywhere, "probe_record_invalid", _invalid));
        }
    }

    /// <summary>What <c>/api/v1/probes</c> answers.</summary>
    public JsonObject ToJson()
    {
        lock (_gate) return new JsonObject { ["items"] = new JsonArray([.. _probes.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(Json)]) };
    }

    /// <summary>Raw packets that it keeps, as its last beat said; null when that said nothing of them.</summary>
    public PacketStore? Kept(ProbeEntry entry)
    {
        lock (_gate) return entry.Last.Kept;
    }

    public long NowNs() => Nanoseconds(time.GetUtcNow());

    private static JsonNode Json(ProbeEntry entry)
    {
        var ledger = new JsonArray([.. entry.Last.Losses.Select(static loss => LossJson.Of(loss.Plane, loss.Interface, loss.Reason, loss.Count))]);

        return new JsonObject
        {
            ["name"] = entry.Name,
            ["version"] = entry.Version,
            ["address"] = entry.Address,
            ["connected"] = entry.Streams > 0,
            ["connectedSince"] = Time(entry.ConnectedSince),
            ["lastSeen"] = Time(entry.LastSeen),
            ["clockOffsetMs"] = Math.Round(entry.ClockOffsetNs / 1e6, 3),
            ["roundTripMs"] = entry.RoundTripNs is { } trip ? Math.Round(trip / 1e6, 3) : null,
            ["captured"] = entry.Last.Captured,
            ["delivered"] = entry.Last.Delivered,
            ["storedHere"] = entry.Stored,
            ["spooled"] = entry.Last.Spooled,
            ["spoolBytes"] = entry.Last.SpoolBytes,
            ["planes"] = new JsonArray([.. entry.Planes.Union(entry.Last.Losses.Select(static loss => loss.Plane)).Where(static plane => plane is not ("" or Loss.Anywhere))
                .Order(StringComparer.Ordinal).Select(static plane => JsonValue.Create(plane))]),
            ["opaque"] = new JsonObject(entry.Last.Opaque.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))),
            ["packets"] = entry.Last.Kept is { } kept ? Packets(kept) : null,
            ["ledger"] = ledger,
        };
    }

    private static JsonObject Packets(PacketStore kept) => new()
    {
        ["bytes"] = kept.Bytes,
        ["budgetBytes"] = kept.BudgetBytes,
        ["segments"] = kept.Segments,
        ["frames"] = kept.Frames,
        ["oldest"] = kept.OldestUnixNs == 0 ? null : Time(DateTimeOffset.UnixEpoch.AddTicks(kept.OldestUnixNs / 100)),
        ["lost"] = kept.Lost,
        ["suspended"] = kept.Suspended,
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * 100;
}

/// <summary>One probe; changed by its registry only.</summary>
internal sealed class ProbeEntry(string name)
{
    public string Name { get; } = name;

    public string Version { get; set; } = "";

    public string Address { get; set; } = "";

    public DateTimeOffset ConnectedSince { get; set; }

    public DateTimeOffset LastSeen { get; set; }

    /// <summary>Open streams: for a moment two, when one broke and the center has not noticed yet.</summary>
    public int Streams { get; set; }

    /// <summary>Planes whose calls it delivered since this center started.</summary>
    public HashSet<string> Planes { get; } = new(StringComparer.Ordinal);

    /// <summary>By how much this center's clock is ahead.</summary>
    public long ClockOffsetNs { get; set; }

    /// <summary>Null until the probe has measured it.</summary>
    public long? RoundTripNs { get; set; }

    /// <summary>Exchanges of it that this center has stored, or had.</summary>
    public long Stored { get; set; }

    public Beat Last { get; set; } = new();
}
