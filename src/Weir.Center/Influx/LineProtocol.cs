using System.Globalization;
using System.Text;
using Weir.Storage.Traffic;

namespace Weir.Center.Influx;

/// <summary>Points in InfluxDB's line protocol: <c>traffic,dstIP=10.0.0.2,probeIP=10.0.0.1,srcIP=10.0.0.1 size=1234i 1600000000</c>.</summary>
internal static class LineProtocol
{
    /// <summary>Tags in the order of their names, which spares the server the sorting; an unknown one is left out, as an empty value is refused.</summary>
    public static void Write(StringBuilder lines, string measurement, TrafficPoint point)
    {
        Escape(lines, measurement, equals: false);
        Tag(lines, "dstIP", point.Destination);
        Tag(lines, "probeIP", point.Probe);
        Tag(lines, "srcIP", point.Source);
        lines.Append(CultureInfo.InvariantCulture, $" size={point.Size}i {point.At}\n");
    }

    private static void Tag(StringBuilder lines, string name, string value)
    {
        if (value.Length == 0) return;
        lines.Append(',').Append(name).Append('=');
        Escape(lines, value, equals: true);
    }

    /// <summary>A line end cannot be escaped, and a backslash at the end would escape what follows.</summary>
    private static void Escape(StringBuilder lines, string text, bool equals)
    {
        foreach (var c in text)
        {
            if (c is ',' or ' ' || (equals && c == '=')) lines.Append('\\').Append(c);
            else lines.Append(c is '\\' || char.IsControl(c) ? '_' : c);
        }
    }
}
