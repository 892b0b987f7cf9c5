using System.Text.Json.Nodes;
using Weir.Records;
using Weir.Records.Status;

namespace Weir.Center.Api;

/// <summary>A line of the loss ledger: what was lost where, in plain words.</summary>
internal static class LossJson
{
    public static JsonObject Of(string plane, string device, string name, JsonNode count)
    {
        var reason = LossReasons.Of(name);
        return new JsonObject
        {
            ["plane"] = plane,
            ["interface"] = device,
            ["stage"] = WireNames.Of(reason.Stage),
            ["reason"] = name,
            ["count"] = count,
            ["unit"] = reason.Unit,
            ["meaning"] = reason.Meaning,
        };
    }
}
