using System.Globalization;
using System.Text.Json;

namespace Weir.Export.Apisec;

/// <summary>
/// Mappings that were learned, in a file of their own: <c>{"serviceMappings": …}</c>. They come before those of the configuration. A file
/// that cannot be read is put aside as <c>NAME.backup.UNIXTIME</c>, never overwritten.
/// </summary>
internal sealed class SavedMappings(string path, Action<string> tell)
{
    public const string FileName = "traffic-monitor-service-config.json";

    private readonly Dictionary<string, ApisecTarget> _mappings = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyDictionary<string, ApisecTarget> Mappings => _mappings;

    /// <param name="clear">Forget what an earlier run learned (CLEAR_SAVED_MAPPINGS).</param>
    /// <param name="now">For the name of a file that is put aside.</param>
    public void Load(bool clear, DateTimeOffset now)
    {
        if (!File.Exists(path)) return;
        try
        {
            if (clear)
            {
                File.Delete(path);
                tell($"apisec: saved mappings in {path} are cleared");
                return;
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException("no object");
            foreach (var (service, target) in ApisecConfiguration.MappingsOf(document.RootElement)) _mappings[service] = target;
        }
        catch (JsonException failure)
        {
            var backup = $"{path}.backup.{now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}";
            File.Move(path, backup, overwrite: true);
            tell($"apisec: {path} cannot be read ({failure.Message}); it is kept as {backup}");
        }
    }

    /// <summary>Remembers a mapping, on disk too; where the disk refuses, until the end of this process.</summary>
    public void Add(string service, ApisecTarget target)
    {
        _mappings[service] = target;
        try
        {
            var unfinished = path + ".tmp";
            using (var stream = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
            {
                using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true })) Write(json, _mappings);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            tell($"apisec: the mapping of {service} cannot be saved in {path}: {failure.Message}");
        }
    }

    private static void Write(Utf8JsonWriter json, Dictionary<string, ApisecTarget> mappings)
    {
        json.WriteStartObject();
        json.WriteStartObject("serviceMappings");
        foreach (var (service, target) in mappings)
        {
            json.WriteStartObject(service);
            json.WriteString("appId", target.AppId);
            json.WriteString("instanceId", target.InstanceId);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
