using Weir.Records;

namespace Weir.Export;

internal static class IncompleteReason
{
    /// <summary>The anomalies of an exchange as one text, <c>incomplete</c> when none says why.</summary>
    public static string Of(Exchange exchange)
    {
        var text = "";
        foreach (var anomaly in exchange.Anomalies)
        {
            text = text.Length == 0 ? WireNames.Of(anomaly) : $"{text}, {WireNames.Of(anomaly)}";
        }

        return text.Length == 0 && !exchange.Complete ? "incomplete" : text;
    }
}
