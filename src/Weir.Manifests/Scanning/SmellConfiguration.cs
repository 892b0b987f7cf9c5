using System.Collections.Immutable;
using Weir.Manifests.Checks;
using Weir.Manifests.Images;
using Weir.Manifests.Objects;
using Weir.Manifests.Yaml;

namespace Weir.Manifests.Scanning;

/// <summary>The configuration file of smells (docs/smells.md): YAML or JSON.</summary>
public static class SmellConfiguration
{
    /// <exception cref="FormatException">It can't be used; the message says what is wrong on which line.</exception>
    public static SmellOptions Parse(string file, ReadOnlySpan<byte> content)
    {
        var (documents, problems) = (new List<ManifestDocument>(), new List<ManifestProblem>());
        ManifestReader.Read(file, content, ManifestLimits.Default, documents, problems);
        if (problems.Count > 0) throw new FormatException($"{file}:{problems[0].Line}: {problems[0].Message}");
        var options = SmellOptions.Default;
        foreach (var setting in documents.Select(document => Field.Root(document.Root)).SelectMany(static root => root.Members)) options = Apply(options, setting, file);
        return options;
    }

    private static SmellOptions Apply(SmellOptions options, Field setting, string file) => setting.Key switch
    {
        "enable" => options with { Enabled = [.. Checks(setting, file)] },
        "disable" => options with { Disabled = [.. Checks(setting, file)] },
        "severity" => options with { Severities = setting.Members.ToImmutableDictionary(one => Check(one, one.Key, file).Id, one => Level<Severity>(one, file)) },
        "registries" => options with { Registries = [.. setting.Texts] },
        "labels" => options with { RequiredLabels = [.. setting.Texts] },
        "minReplicas" => options with { MinReplicas = setting.Integer is > 0 and <= 1000 and { } number ? (int)number : throw Wrong(setting, file, "a number from 1 to 1000") },
        "strict" => options with { Strict = setting.IsTrue || (setting.IsFalse ? false : throw Wrong(setting, file, "true or false")) },
        "vulnerabilities" => options with { VulnerabilityThreshold = Level<ImageSeverity>(setting, file) },
        "ignore" => options with { Ignored = [.. setting.Items.Select(one => Rule(one, file))] },
        _ => throw new FormatException($"{file}:{setting.Line}: there is no setting {setting.Key}"),
    };

    private static IgnoreRule Rule(Field one, string file)
    {
        string[] known = ["check", "reason", "kind", "namespace", "name", "container", "file"];
        if (one.Members.FirstOrDefault(member => !known.Contains(member.Key)) is { } unknown) throw new FormatException($"{file}:{unknown.Line}: there is no setting {unknown.Key}");
        var name = one["check"].Text ?? throw new FormatException($"{file}:{one.Line}: say which check is ignored (* for all)");
        var reason = one["reason"].Text is { Length: > 0 } text ? text : throw new FormatException($"{file}:{one.Line}: say why it is ignored: reason");
        return new IgnoreRule(name == "*" ? null : Check(one["check"], name, file), reason)
        {
            Kind = one["kind"].Text, Namespace = one["namespace"].Text, Name = one["name"].Text, Container = one["container"].Text, File = one["file"].Text,
        };
    }

    private static IEnumerable<string> Checks(Field list, string file)
    {
        if (list.Text == "all") return CheckCatalog.All.Select(static check => check.Id);
        return list.IsList ? list.Items.Select(one => Check(one, one.Text ?? "", file).Id) : throw Wrong(list, file, "a list of checks, or all");
    }

    private static Check Check(Field where, string name, string file) =>
        CheckCatalog.Find(name) ?? throw new FormatException($"{file}:{where.Line}: {name} is no check; weir smells --list shows them");

    private static T Level<T>(Field where, string file) where T : struct, Enum =>
        Enum.TryParse<T>(where.Text, ignoreCase: true, out var level) && Enum.IsDefined(level)
            ? level
            : throw Wrong(where, file, string.Join(", ", Enum.GetNames<T>().Select(static name => name.ToLowerInvariant())));

    private static FormatException Wrong(Field where, string file, string wanted) => new($"{file}:{where.Line}: {where.Key} has to be {wanted}");
}
