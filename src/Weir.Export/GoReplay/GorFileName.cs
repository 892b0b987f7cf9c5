using System.Globalization;
using System.Text;

namespace Weir.Export.GoReplay;

/// <summary>
/// A file name with the tokens of GoReplay: <c>%Y %m %d %H %M %S %NS</c> local time, <c>%r</c> id, <c>%t</c> type, <c>%i</c> a
/// text that is this run's own.
/// </summary>
internal sealed class GorFileName(string template, TimeProvider time)
{
    private readonly string _instance = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4));

    private readonly string _nanoseconds =
        (time.GetUtcNow().Ticks % TimeSpan.TicksPerSecond * 100).ToString("000000000", CultureInfo.InvariantCulture);

    public bool HasTokens { get; } = template.Contains('%', StringComparison.Ordinal);

    /// <param name="type">First token of the record.</param>
    /// <param name="id">Its second.</param>
    /// <param name="index">Number of the chunk; null when files are not cut.</param>
    public string For(GorRecordType type, string id, int? index)
    {
        var name = HasTokens ? Expand(type, id) : template;
        if (index is null) return name;
        var extension = Path.GetExtension(name);
        return string.Create(CultureInfo.InvariantCulture, $"{name[..^extension.Length]}_{index}{extension}");
    }

    private string Expand(GorRecordType type, string id)
    {
        var now = time.GetLocalNow();
        var name = new StringBuilder(template);
        // %NS before %S would be read as %N and S otherwise.
        name.Replace("%NS", _nanoseconds)
            .Replace("%Y", now.ToString("yyyy", CultureInfo.InvariantCulture))
            .Replace("%m", now.ToString("MM", CultureInfo.InvariantCulture))
            .Replace("%d", now.ToString("dd", CultureInfo.InvariantCulture))
            .Replace("%H", now.ToString("HH", CultureInfo.InvariantCulture))
            .Replace("%M", now.ToString("mm", CultureInfo.InvariantCulture))
            .Replace("%S", now.ToString("ss", CultureInfo.InvariantCulture))
            .Replace("%r", id)
            .Replace("%t", ((int)type).ToString(CultureInfo.InvariantCulture))
            .Replace("%i", _instance);
        return name.ToString();
    }
}
