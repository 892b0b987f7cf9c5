using System.Globalization;
using System.Text;
using Weir.Cli.Configuration;
using Weir.Cli.Roles;

namespace Weir.Repository.Tests.Reference;

/// <summary>docs/reference/configuration.md, made of the keys that the roles ask a configuration for.</summary>
internal static class ConfigurationReference
{
    public const string Document = "docs/reference/configuration.md";

    public static string Write()
    {
        var text = new StringBuilder("""
            # Configuration files

            Made of the code: `WEIR_WRITE_DOCS=1 dotnet test test/Weir.Repository.Tests --filter Reference` writes it anew.

            `weir center -c FILE` and `weir probe -c FILE` read YAML; a dot in a key is a section. The variable goes before the file; in one of a
            list, values stand between commas. A key that is not here is a mistake that is told with its place; `--check` reads the file and ends. `weir up` has
            options instead, and reads the variables of `store`, `adminPassword`, `openMessages`, `publicUrl`, `trustedProxies` and `auth` of the center.
            Where a value is a secret, KEY`File` names a file that holds it. `NAME` is a name of your own; such keys have no variable that is
            worth typing.

            """);
        Append(text, "weir center", Center());
        Append(text, "weir probe", Probe());
        return text.ToString();
    }

    /// <summary>Whatever a center asks for, with a receiver of alerts so that its keys are asked for.</summary>
    public static IReadOnlyCollection<SettingDescription> Center() =>
        Read("alerts: {to: {NAME: {alertmanager: {url: 'http://127.0.0.1:9093'}}}}\n", file => CenterSettings.Read(file, null, noAuth: false).Yaml);

    public static IReadOnlyCollection<SettingDescription> Probe() => Read("centers: [center]\n", file => ProbeSettings.Read(file).Yaml);

    private static IReadOnlyCollection<SettingDescription> Read(string yaml, Func<string, YamlSettings> read)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, yaml);
            return read(file).Descriptions;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Append(StringBuilder text, string command, IReadOnlyCollection<SettingDescription> all)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {command}\n\n| key | takes | default | variable | meaning |\n| --- | --- | --- | --- | --- |\n");
        var own = all.Where(one => !one.Meaning.StartsWith("wakizashi: ", StringComparison.Ordinal));
        foreach (var one in own.OrderBy(one => one.Key.Contains('.', StringComparison.Ordinal)).ThenBy(one => one.Key.Split('.')[0], StringComparer.Ordinal).ThenBy(one => one.Key, StringComparer.Ordinal)) Append(text, one);
        text.Append("\nKeys of wakizashi, which are taken as they are ([from wakizashi](../guides/from-wakizashi.md)):\n\n| key | takes | default | variable | meaning |\n| --- | --- | --- | --- | --- |\n");
        foreach (var one in all.Except(own).OrderBy(one => one.Key, StringComparer.Ordinal)) Append(text, one with { Meaning = one.Meaning["wakizashi: ".Length..] });
    }

    private static void Append(StringBuilder text, SettingDescription one)
    {
        var variable = one.Key.Contains(".NAME.", StringComparison.Ordinal) ? "–" : $"`{YamlSettings.VariableOf(one.Key)}`";
        text.Append(CultureInfo.InvariantCulture, $"| `{one.Key}` | {CommandReference.Cell(one.Takes)} | {CommandReference.Cell(one.Default ?? CommandReference.DefaultIn(one.Meaning) ?? "–")} | {variable} | {CommandReference.Cell(one.Meaning)} |\n");
    }
}
