using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Weir.Flows;

/// <summary>What the columns of a flow table mean.</summary>
internal sealed class FlowCsvHeader
{
    /// <summary>A table of flows has at least these many known numbers; fewer are an accident of names.</summary>
    private const int LeastFeatures = 10;

    private readonly bool[] _has = new bool[FlowFeatures.Count];

    private FlowCsvHeader(List<Column> columns, bool inSeconds)
    {
        Columns = [.. columns];
        foreach (var column in columns)
        {
            if (column.Feature is { } feature) _has[(int)feature] = true;
        }

        InSeconds = inSeconds;
    }

    /// <summary>One column: a feature, a part of the identity, or neither.</summary>
    public readonly record struct Column(FlowFeature? Feature, FlowIdentity? Identity);

    public Column[] Columns { get; }

    /// <summary>Times are in seconds instead of microseconds.</summary>
    public bool InSeconds { get; }

    public bool Has(FlowFeature feature) => _has[(int)feature];

    public static bool TryParse(
        ReadOnlySpan<byte> line, int maxColumns, [NotNullWhen(true)] out FlowCsvHeader? header, [NotNullWhen(false)] out string? error)
    {
        header = null;
        var columns = new List<Column>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var taken = new HashSet<Column>();
        var fields = new CsvFields(line);
        while (fields.TryNext(out var field))
        {
            if (columns.Count == maxColumns)
            {
                error = $"a table of more than {maxColumns} columns";
                return false;
            }

            var name = Encoding.UTF8.GetString(field).Trim();
            names.Add(name);
            var column = Meaning(name);
            // CICIDS2017 has "Fwd Header Length" twice, with the same values.
            columns.Add(taken.Add(column) ? column : default);
        }

        var known = columns.Count(column => column.Feature is not null);
        error = known < LeastFeatures ? $"no flow table: of {columns.Count} columns {known} are known" : null;
        if (error is not null) return false;
        // The Python port has one header for seconds (0.2 and later) and another for microseconds (its forks, "cwe_flag_count").
        header = new FlowCsvHeader(columns, names.Contains("flow_byts_s") && names.Contains("cwr_flag_count"));
        return true;
    }

    private static Column Meaning(string name)
    {
        if (ColumnNames.TryFindFeature(name, out var feature)) return new Column(feature, null);
        return ColumnNames.TryFindIdentity(name, out var identity) ? new Column(null, identity) : default;
    }
}
