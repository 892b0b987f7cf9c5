using System.Diagnostics.CodeAnalysis;
using System.Text;
using Weir.Packets;

namespace Weir.Flows;

/// <summary>
/// Reads flow tables: what CICFlowMeter V4, its corrected fork and the Python ports write, and the published CICIDS2017 and
/// CSE-CIC-IDS2018 files, whatever their header. One row at a time; its values hold until the next. Times come out in microseconds; what
/// else a meter means by a column it is left to mean (docs/formats/flow-features.md).
/// </summary>
public sealed class FlowCsvReader : IDisposable
{
    private readonly FlowCsvLimits _limits;
    private readonly LineReader _lines;
    private readonly byte[] _headerLine;
    private readonly FlowCsvHeader _header;
    private readonly double[] _features = new double[FlowFeatures.Count];
    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _labelsByText;
    private FlowTuple _tuple;

    private FlowCsvReader(LineReader lines, byte[] headerLine, FlowCsvHeader header, FlowCsvLimits limits)
    {
        (_lines, _headerLine, _header, _limits) = (lines, headerLine, header, limits);
        _labelsByText = _labels.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Features that the table has, in the catalogue's order.</summary>
    public IReadOnlyList<FlowFeature> Present => [.. Enum.GetValues<FlowFeature>().Where(Has)];

    /// <summary>Rows read so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows passed over because their number of fields or a value made no sense.</summary>
    public long MalformedRows { get; private set; }

    /// <summary>By <see cref="FlowFeature"/>; not a number where the table lacks the feature or left the field empty.</summary>
    public ReadOnlySpan<double> Features => _features;

    /// <summary>Addresses and ports are zero where the table does not tell them.</summary>
    public FlowTuple Tuple => _tuple;

    /// <summary>First packet in Unix nanoseconds, the time of day taken for UTC; null where the table does not tell it.</summary>
    public long? StartNs { get; private set; }

    /// <summary>Empty where the table has none.</summary>
    public string Label { get; private set; } = "";

    /// <summary>Of the 2022 release: -1 is none, other numbers say why an attack's flow did not attack; null where there is no such column.</summary>
    public int? AttemptedCategory { get; private set; }

    public bool Has(FlowFeature feature) => _header.Has(feature);

    /// <summary>Reads the header; on failure the stream stays open and <paramref name="error"/> says what is wrong with it.</summary>
    public static bool TryOpen(
        Stream stream, [NotNullWhen(true)] out FlowCsvReader? reader, [NotNullWhen(false)] out string? error, FlowCsvLimits? limits = null)
    {
        reader = null;
        limits ??= FlowCsvLimits.Default;
        var lines = new LineReader(stream, limits.MaxLineBytes);
        if (!lines.TryRead(out var line, out var whole) || !whole)
        {
            error = whole ? "the file is empty" : $"the first line has more than {limits.MaxLineBytes} bytes";
            return false;
        }

        if (line.StartsWith("\uFEFF"u8)) line = line[3..];
        if (!FlowCsvHeader.TryParse(line, limits.MaxColumns, out var header, out error)) return false;
        reader = new FlowCsvReader(lines, line.ToArray(), header, limits);
        return true;
    }

    /// <summary>Goes to the next row that can be read; false at the end.</summary>
    public bool TryRead()
    {
        while (_lines.TryRead(out var line, out var whole))
        {
            // Files put together from several repeat the header (CSE-CIC-IDS2018 has some).
            if (line.IsEmpty || line.SequenceEqual(_headerLine)) continue;
            if (whole && Parse(line))
            {
                Rows++;
                return true;
            }

            MalformedRows++;
        }

        return false;
    }

    public void Dispose() => _lines.Dispose();

    private bool Parse(ReadOnlySpan<byte> line)
    {
        Array.Fill(_features, double.NaN);
        (_tuple, StartNs, Label, AttemptedCategory) = (default, null, "", null);
        var fields = new CsvFields(line);
        foreach (var column in _header.Columns)
        {
            if (!fields.TryNext(out var field)) return false;
            if (column.Feature is { } feature)
            {
                if (!CsvValues.TryNumber(field, out var value)) return false;
                if (_header.InSeconds && FlowFeatures.UnitOf(feature) == FlowUnit.Microseconds) value *= 1e6;
                _features[(int)feature] = value;
            }
            else if (column.Identity is { } identity && !TakeIdentity(identity, field))
            {
                return false;
            }
        }

        var protocol = _features[(int)FlowFeature.Protocol];
        if (protocol is >= 0 and <= byte.MaxValue) _tuple = _tuple with { Protocol = (byte)protocol };
        return !fields.TryNext(out _);
    }

    private bool TakeIdentity(FlowIdentity identity, ReadOnlySpan<byte> field)
    {
        IpAddress address;
        ushort port;
        switch (identity)
        {
            case FlowIdentity.Source:
                if (!CsvValues.TryAddress(field, out address)) return false;
                _tuple = _tuple with { Source = address };
                return true;
            case FlowIdentity.Destination:
                if (!CsvValues.TryAddress(field, out address)) return false;
                _tuple = _tuple with { Destination = address };
                return true;
            case FlowIdentity.SourcePort:
                if (!CsvValues.TryPort(field, out port)) return false;
                _tuple = _tuple with { SourcePort = port };
                return true;
            case FlowIdentity.DestinationPort:
                if (!CsvValues.TryPort(field, out port)) return false;
                _tuple = _tuple with { DestinationPort = port };
                return true;
            case FlowIdentity.Timestamp:
                if (!CsvValues.TryTime(field, out var nanoseconds)) return false;
                StartNs = nanoseconds;
                return true;
            case FlowIdentity.Label:
                Label = Shared(field);
                return true;
            case FlowIdentity.AttemptedCategory:
                if (!CsvValues.TryNumber(field, out var category) || !(Math.Abs(category) < 1e6)) return false;
                AttemptedCategory = (int)category;
                return true;
            default:
                // The flow id repeats addresses, ports and protocol.
                return true;
        }
    }

    private string Shared(ReadOnlySpan<byte> field)
    {
        const int MaxLabelBytes = 256;
        field = field.Trim((byte)' ');
        if (field.Length > MaxLabelBytes) return Encoding.UTF8.GetString(field);
        Span<char> text = stackalloc char[MaxLabelBytes];
        text = text[..Encoding.UTF8.GetChars(field, text)];
        if (_labelsByText.TryGetValue(text, out var known)) return known;
        var label = text.ToString();
        if (_labels.Count < _limits.MaxSharedLabels) _labels.Add(label, label);
        return label;
    }
}
