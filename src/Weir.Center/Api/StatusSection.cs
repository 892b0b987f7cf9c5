using System.Text.Json.Nodes;
using Weir.Records.Status;

namespace Weir.Center.Api;

/// <summary>One part's counters as a section of the status: names in camelCase, losses under <c>dropped</c>, those above zero in plain words under <c>ledger</c>.</summary>
internal sealed class StatusSection : IStatusReport
{
    private readonly JsonObject _values = [];
    private readonly JsonObject _dropped = [];
    private readonly JsonArray _ledger = [];
    private readonly JsonArray _interfaces = [];

    public void Counter(string name, long value) => _values[CamelCase(name)] = value;

    public void Gauge(string name, long value) => _values[CamelCase(name)] = value;

    public void Dropped(Loss loss)
    {
        _dropped[loss.Reason] = (_dropped[loss.Reason]?.GetValue<long>() ?? 0) + loss.Count;
        if (loss.Count == 0) return;
        _ledger.Add(LossJson.Of(loss.Plane, loss.Interface, loss.Reason, loss.Count));
    }

    public void Named(string name, string of, long value)
    {
        if (_values[CamelCase(name)] is not JsonObject values) _values[CamelCase(name)] = values = [];
        values[of] = value;
    }

    public void Interface(string name, long frames, long bytes, long kernelDrops, long truncated) => _interfaces.Add(
        new JsonObject
        {
            ["name"] = name,
            ["frames"] = frames,
            ["bytes"] = bytes,
            ["kernelDrops"] = kernelDrops,
            ["truncated"] = truncated,
        });

    public void Text(string name, string? value) => _values[CamelCase(name)] = value;

    public JsonObject ToJson()
    {
        if (_dropped.Count > 0) (_values["dropped"], _values["ledger"]) = (_dropped, _ledger);
        if (_interfaces.Count > 0) _values["interfaces"] = _interfaces;
        return _values;
    }

    private static string CamelCase(string name)
    {
        var parts = name.Split('_');
        return parts[0] + string.Concat(parts.Skip(1).Where(p => p.Length > 0).Select(p => char.ToUpperInvariant(p[0]) + p[1..]));
    }
}
