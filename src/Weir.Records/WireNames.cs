using System.Text;
using Weir.Records.Status;

namespace Weir.Records;

/// <summary>The names under which enum members leave Weir: snake_case of the member (<c>ResponseGap</c> → <c>response_gap</c>).</summary>
public static class WireNames
{
    private static readonly Table<Anomaly> s_anomalies = new();
    private static readonly Table<CaptureSourceKind> s_sources = new();
    private static readonly Table<GraphQlType> s_graphQlTypes = new();
    private static readonly Table<FlowEnd> s_flowEnds = new();
    private static readonly Table<Packets.TunnelKind> s_tunnels = new();
    private static readonly Table<Packets.TlsBinding> s_tlsBindings = new();
    private static readonly Table<PeerResolution> s_resolutions = new();
    private static readonly Table<LossStage> s_lossStages = new();

    /// <summary>Every anomaly name, in order of declaration.</summary>
    public static IReadOnlyList<string> Anomalies => s_anomalies.Texts;

    public static IReadOnlyList<string> CaptureSources => s_sources.Texts;

    public static string Of(Anomaly anomaly) => s_anomalies.Texts[(int)anomaly];

    public static string Of(CaptureSourceKind source) => s_sources.Texts[(int)source];

    /// <summary>Every resolution name, in order of declaration.</summary>
    public static IReadOnlyList<string> Resolutions => s_resolutions.Texts;

    public static string Of(PeerResolution resolution) => s_resolutions.Texts[(int)resolution];

    public static ReadOnlySpan<byte> Utf8(PeerResolution resolution) => s_resolutions.Bytes[(int)resolution];

    public static bool TryParse(ReadOnlySpan<byte> utf8, out PeerResolution resolution)
    {
        var index = s_resolutions.IndexOf(utf8);
        resolution = (PeerResolution)Math.Max(index, 0);
        return index >= 0;
    }

    public static string Of(GraphQlType type) => s_graphQlTypes.Texts[(int)type];

    public static ReadOnlySpan<byte> Utf8(GraphQlType type) => s_graphQlTypes.Bytes[(int)type];

    public static string Of(LossStage stage) => s_lossStages.Texts[(int)stage];

    public static ReadOnlySpan<byte> Utf8(Anomaly anomaly) => s_anomalies.Bytes[(int)anomaly];

    public static ReadOnlySpan<byte> Utf8(CaptureSourceKind source) => s_sources.Bytes[(int)source];

    public static ReadOnlySpan<byte> Utf8(Packets.TunnelKind kind) => s_tunnels.Bytes[(int)kind];

    public static bool TryParse(ReadOnlySpan<byte> utf8, out Packets.TunnelKind kind)
    {
        var index = s_tunnels.IndexOf(utf8);
        kind = (Packets.TunnelKind)Math.Max(index, 0);
        return index >= 0;
    }

    public static ReadOnlySpan<byte> Utf8(Packets.TlsBinding binding) => s_tlsBindings.Bytes[(int)binding];

    public static bool TryParse(ReadOnlySpan<byte> utf8, out Packets.TlsBinding binding)
    {
        var index = s_tlsBindings.IndexOf(utf8);
        binding = (Packets.TlsBinding)Math.Max(index, 0);
        return index >= 0;
    }

    public static ReadOnlySpan<byte> Utf8(FlowEnd end) => s_flowEnds.Bytes[(int)end];

    public static bool TryParse(ReadOnlySpan<byte> utf8, out FlowEnd end)
    {
        var index = s_flowEnds.IndexOf(utf8);
        end = (FlowEnd)Math.Max(index, 0);
        return index >= 0;
    }

    public static bool TryParse(ReadOnlySpan<byte> utf8, out Anomaly anomaly)
    {
        var index = s_anomalies.IndexOf(utf8);
        anomaly = (Anomaly)Math.Max(index, 0);
        return index >= 0;
    }

    public static bool TryParse(ReadOnlySpan<byte> utf8, out CaptureSourceKind source)
    {
        var index = s_sources.IndexOf(utf8);
        source = (CaptureSourceKind)Math.Max(index, 0);
        return index >= 0;
    }

    public static bool TryParse(ReadOnlySpan<byte> utf8, out GraphQlType type)
    {
        var index = s_graphQlTypes.IndexOf(utf8);
        type = (GraphQlType)Math.Max(index, 0);
        return index >= 0;
    }

    private static string SnakeCase(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    /// <summary>The enums count from 0 without holes, so a member is an index.</summary>
    private sealed class Table<T>
        where T : struct, Enum
    {
        public readonly string[] Texts = Array.ConvertAll(Enum.GetNames<T>(), SnakeCase);
        public readonly byte[][] Bytes;

        public Table() => Bytes = Array.ConvertAll(Texts, Encoding.ASCII.GetBytes);

        public int IndexOf(ReadOnlySpan<byte> utf8)
        {
            for (var i = 0; i < Bytes.Length; i++)
            {
                if (utf8.SequenceEqual(Bytes[i])) return i;
            }

            return -1;
        }
    }
}
