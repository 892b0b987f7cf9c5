using System.Globalization;
using System.Text;
using Weir.Records.Filter;

namespace Weir.Storage.Filter;

/// <summary>
/// SQLite: every value is a parameter, <c>$f0</c>, <c>$f1</c> … Its text functions stop at NUL and fold case, so substrings are looked
/// for as blobs; <c>substr</c> of an empty blob is NULL, which coalesce makes false.
/// </summary>
internal sealed class SqliteDialect : IFilterDialect
{
    private readonly List<object> _parameters = [];

    public IReadOnlyList<object> Parameters => _parameters;

    public int Mark => _parameters.Count;

    public void Return(int mark) => _parameters.RemoveRange(mark, _parameters.Count - mark);

    public string Value(object value)
    {
        _parameters.Add(value);
        return FormattableString.Invariant($"$f{_parameters.Count - 1}");
    }

    public string Not(string condition) => $"(NOT {condition})";

    public string In(string item, IReadOnlyList<string> values, FilterType type) => $"({item} IN ({string.Join(',', values)}))";

    public string Contains(string target, string text) => $"(instr(CAST({target} AS BLOB), {Value(Encoding.UTF8.GetBytes(text))}) > 0)";

    public string StartsWith(string target, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return $"coalesce(substr(CAST({target} AS BLOB), 1, {Length(bytes)}) = {Value(bytes)}, 0)";
    }

    public string EndsWith(string target, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return $"coalesce(substr(CAST({target} AS BLOB), -{Length(bytes)}) = {Value(bytes)}, 0)";
    }

    private static string Length(byte[] bytes) => bytes.Length.ToString(CultureInfo.InvariantCulture);
}
