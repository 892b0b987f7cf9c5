using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace Weir.Records.Json;

/// <summary>A <see cref="Utf8JsonReader"/> with typed reads that say what was wrong instead of throwing on a wrong type.</summary>
internal ref struct JsonCursor(ReadOnlySpan<byte> json)
{
    /// <summary>Fewer than 10^15 µs (31 years) keeps every sum of two times inside a long of nanoseconds.</summary>
    private const decimal MaxMilliseconds = 1_000_000_000_000m;

    /// <summary>Reads one object of a record type.</summary>
    internal delegate bool RecordReader<in T>(ref JsonCursor cursor, T record);

    private readonly ReadOnlySpan<byte> _json = json;
    private Utf8JsonReader _reader = new(json);

    public string Error { get; private set; } = "";

    /// <summary>Name of the property whose value the cursor is on; null when no such key exists in a record.</summary>
    public string? Key { get; private set; }

    public readonly bool IsNull => _reader.TokenType == JsonTokenType.Null;

    /// <summary>The string under the cursor without its escapes taken out; record constants hold none.</summary>
    public readonly ReadOnlySpan<byte> Utf8Value => _reader.ValueSpan;

    /// <summary>Runs a reader over one record and turns what it and the JSON reader say into an error text.</summary>
    public static bool TryRead<T>(
        ReadOnlySpan<byte> json, T record, RecordReader<T> read, [NotNullWhen(false)] out string? error)
    {
        if (!Utf8.IsValid(json))
        {
            error = "The record is not valid UTF-8.";
            return false;
        }

        var cursor = new JsonCursor(json);
        try
        {
            if (read(ref cursor, record))
            {
                error = null;
                return true;
            }

            error = cursor.Error;
        }
        catch (JsonException syntax)
        {
            // Utf8JsonReader tells bad syntax by exception only.
            error = $"The record is not valid JSON: {syntax.Message}";
        }
        catch (InvalidOperationException text)
        {
            // Thrown by Utf8JsonReader for an escape that is half a surrogate pair.
            error = $"The record holds a string that is not Unicode: {text.Message}";
        }

        return false;
    }

    public bool Next() => _reader.Read();

    /// <summary>Moves to the value of the next property, or to the end of the object (false).</summary>
    public bool NextProperty()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.PropertyName) return false;
        Key = JsonKeys.Find(ref _reader);
        _reader.Read();
        return true;
    }

    /// <summary>As <see cref="NextProperty"/> in an object whose keys are data.</summary>
    public bool NextEntry([NotNullWhen(true)] out string? name)
    {
        _reader.Read();
        name = _reader.TokenType == JsonTokenType.PropertyName ? _reader.GetString() : null;
        if (name is null) return false;
        Key = null;
        _reader.Read();
        return true;
    }

    public bool NextElement()
    {
        _reader.Read();
        return _reader.TokenType != JsonTokenType.EndArray;
    }

    public bool Skip()
    {
        _reader.Skip();
        return true;
    }

    public bool Fail(string what)
    {
        Error = $"{what} (byte {_reader.TokenStartIndex})";
        return false;
    }

    public bool ExpectObject(string what) =>
        _reader.TokenType == JsonTokenType.StartObject || Fail($"{what} is not an object");

    public bool ExpectArray(string what) =>
        _reader.TokenType == JsonTokenType.StartArray || Fail($"{what} is not an array");

    public bool ExpectString() =>
        _reader.TokenType == JsonTokenType.String || Fail($"{Name} is not a string");

    public bool String(out string? value)
    {
        value = null;
        if (IsNull) return true;
        if (!ExpectString()) return false;
        value = _reader.GetString();
        return true;
    }

    public bool RequiredString([NotNullWhen(true)] out string? value) =>
        String(out value) && (value is not null || Fail($"{Name} is null"));

    /// <summary>Appends the string under the cursor to a buffer; null appends nothing.</summary>
    public bool Bytes(ByteBuffer buffer, out Slice slice)
    {
        slice = default;
        if (IsNull) return true;
        if (!ExpectString()) return false;
        if (!_reader.ValueIsEscaped)
        {
            slice = buffer.Append(_reader.ValueSpan);
            return true;
        }

        var rented = ArrayPool<byte>.Shared.Rent(_reader.ValueSpan.Length);
        try
        {
            slice = buffer.Append(rented.AsSpan(0, _reader.CopyString(rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return true;
    }

    /// <summary>Appends the JSON of the value under the cursor as it stands.</summary>
    public bool Raw(ByteBuffer buffer)
    {
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        buffer.Append(_json[start..(int)_reader.BytesConsumed]);
        return true;
    }

    public bool Boolean(out bool value)
    {
        value = _reader.TokenType == JsonTokenType.True;
        return value || _reader.TokenType == JsonTokenType.False || Fail($"{Name} is not true or false");
    }

    public bool Integer(long minimum, long maximum, out long value)
    {
        value = 0;
        return (_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out value) &&
                value >= minimum && value <= maximum) || Fail($"{Name} is not an integer from {minimum} to {maximum}");
    }

    /// <summary>Nanoseconds, at the precision of the record (µs); -1 for null.</summary>
    public bool Milliseconds(out long nanoseconds)
    {
        nanoseconds = -1;
        if (IsNull) return true;
        if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetDecimal(out var value) ||
            value < 0 || value > MaxMilliseconds)
        {
            return Fail($"{Name} is not a number of milliseconds");
        }

        nanoseconds = (long)(value * 1000) * 1000;
        return true;
    }

    /// <summary>Unix nanoseconds; 0 for null.</summary>
    public bool Timestamp(out long unixNs)
    {
        unixNs = 0;
        if (IsNull) return true;
        if (_reader.TokenType != JsonTokenType.String || !_reader.TryGetDateTimeOffset(out var time) ||
            time.Year is < 1700 or > 2200)
        {
            return Fail($"{Name} is not an ISO 8601 time");
        }

        unixNs = (time.UtcTicks - DateTime.UnixEpoch.Ticks) * 100;
        return true;
    }

    private readonly string Name => Key is null ? "a value" : $"\"{Key}\"";
}
