using System.Text;
using System.Text.RegularExpressions;
using Weir.Manifests.Objects;
using static Weir.Manifests.Severity;

namespace Weir.Manifests.Checks;

/// <summary>Secrets that stand where they should not, and settings that mislead.</summary>
internal static partial class ConfigurationChecks
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const int MaxConfigMapKeys = 100;

    /// <summary>Objects have at most 1 MiB.</summary>
    private const int MaxConfigMapBytes = 900 << 10;

    public static readonly CheckFamily Family = new("CFG", "Secrets and configuration",
    [
        new("CFG-001", "hardcoded-secret-env", Critical, "KL:env-var-secret PO:sensitiveContainerEnvVar RA SK",
            Every.Container(c => c.Field["env"].Items
                .Where(one => SecretText.IsSecretName(one["name"].Text ?? "") && SecretText.IsLiteral(one["value"].Text))
                .Select(one => one["value"].Says($"the variable {one["name"].Text} holds a secret in clear"))))
        {
            Title = "Secret written into a variable",
            Remedy = "Everybody who reads the manifest has it. Put it into a Secret and refer to it with valueFrom.secretKeyRef; then replace the secret itself.",
        },
        new("CFG-002", "secret-in-configmap", High, "PO:sensitiveConfigmapContent RA",
            Every.Object("ConfigMap", one => one.Root["data"].Members.Select(SecretIn).OfType<Spot>()))
        {
            Title = "Secret in a ConfigMap",
            Remedy = "ConfigMaps are readable for most accounts and are not encrypted. Move it into a Secret; then replace the secret itself.",
        },
        new("CFG-003", "secret-in-args", High, "W",
            Every.Container(c => c.Field["command"].Items.Concat(c.Field["args"].Items).Select((it, at) => SecretArgument(c, it, at)).OfType<Spot>()))
        {
            Title = "Secret among the arguments",
            Remedy = "Arguments are shown by ps, in events and in the API. Pass it in a variable from a Secret: $(NAME) in args takes its value.",
        },
        new("CFG-004", "secret-manifest-plaintext", Medium, "RA S4",
            Every.Object("Secret", one => ((Field[])[one.Root["data"], one.Root["stringData"]]).Where(it => it.Members.Any(pair => pair.Text is { Length: > 0 }))
                .Take(1).Select(it => it.Says("keeps its values in the manifest; base64 hides nothing"))))
        {
            Title = "Secret with its values in the manifest",
            Remedy = "Whoever reads the repository has it. Use SealedSecret, ExternalSecret or a secret store driver, or create it outside of version control.",
        },
        new("CFG-005", "secret-as-env", Low, "KL:read-secret-from-env-var",
            Every.Container(c => c.Field["env"].Items.Select(one => one["valueFrom"]["secretKeyRef"]).Concat(c.Field["envFrom"].Items.Select(one => one["secretRef"]))
                .Where(it => it.Exists).Select(it => it.Says($"takes the Secret {it["name"].Text} into its environment"))))
        {
            ByDefault = false,
            Title = "Secret in the environment",
            Remedy = "Environments leak into crash reports and child processes and are not renewed. Mount the Secret as a file.",
        },
        new("CFG-006", "private-key-material", Critical, "PO:sensitiveConfigmapContent SK",
            Every.Object((_, one) => one.Root.Scalars().Where(it => HoldsKey(one, it)).Select(it => it.Says("holds a private key"))))
        {
            Title = "Private key in a manifest",
            Remedy = "It has to be taken as lost: make a new one, revoke the old one, and keep the new one out of manifests.",
        },
        new("CFG-007", "duplicate-env", Medium, "KL:duplicate-env-var KS:environment-variable-key-duplication",
            Every.Container(c => c.Field["env"].Items.GroupBy(one => one["name"].Text).Where(same => same.Key is not null)
                .SelectMany(same => same.Skip(1)).Select(one => one["name"].Says($"the variable {one["name"].Text} is set twice"))))
        {
            Title = "Variable is set twice",
            Remedy = "The last one counts, and an apply may drop either. Keep one.",
        },
        new("CFG-008", "missing-config-ref", Info, "KL:env-value-from",
            Every.Pod((bundle, p) => References.Of(p).Where(one => one.Field.Text is not null && !one.Optional && bundle.Find(one.Kind, p.Home, one.Field.Text) is null)
                .Select(one => one.Field.Says($"the {one.Kind} {one.Field.Text} is not among these manifests"))))
        {
            ByDefault = false,
            Title = "ConfigMap or Secret is not here",
            Remedy = "The pod will not start until somebody creates it. Add it, correct the name, or set optional: true.",
        },
        new("CFG-009", "large-configmap", Low, "S4",
            Every.Object("ConfigMap", one => (Keys: one.Root["data"].Members.Count(), Bytes: one.Root["data"].Members.Sum(pair => (long)Encoding.UTF8.GetByteCount(pair.Text ?? ""))) switch
            {
                ( > MaxConfigMapKeys, _) size => one.Root["data"].Says($"has {size.Keys} keys"),
                (_, > MaxConfigMapBytes) size => one.Root["data"].Says($"has {size.Bytes >> 10} KiB"),
                _ => null,
            }))
        {
            Title = "ConfigMap is very large",
            Remedy = "More than 1 MiB is refused, and every change rewrites all of it. Split it, or ship the data with the image.",
        },
        new("CFG-010", "credentials-in-url", High, "W",
            Every.Object((_, one) => one.Root.Scalars().Where(it => HasUrlCredentials(it.Text)).Select(it => it.Says("has user and password in a URL"))))
        {
            Title = "User and password in a URL",
            Remedy = "URLs end up in logs. Take the password from a Secret and put it together in the application, or with $(NAME).",
        },
        new("CFG-011", "insecure-http", Medium, "RA SK", Every.Object((bundle, one) => PlainHttp(bundle, one)))
        {
            Title = "Unencrypted HTTP to the outside",
            Remedy = "Anybody on the way can read and change it. Use https://.",
        },
        new("CFG-012", "secret-in-annotation", Medium, "W",
            Every.Object((_, one) => one.Annotations.Members.Select(it => (it, What: Annotation(one, it))).Where(found => found.What is not null)
                .Select(found => found.it.Says($"an annotation holds {found.What}"))))
        {
            Title = "Secret in an annotation",
            Remedy = "Annotations are readable for everybody who may read the object. Remove it and replace the secret; apply Secrets on the server side.",
        },
    ]);

    private static Spot? SecretIn(Field pair)
    {
        var text = pair.Text ?? "";
        if (SecretText.IsSecretName(pair.Key) && !text.Contains('\n', StringComparison.Ordinal) && SecretText.IsLiteral(text))
            return pair.Says($"the key {pair.Key} is named like a secret");
        if (SecretText.Form(text) is { } form) return pair.Says($"the key {pair.Key} holds what looks like a secret ({form})");
        return SecretText.Pairs(text).Where(static one => SecretText.IsSecretName(one.Name) && SecretText.IsLiteral(one.Value)).Select(static one => one.Name).FirstOrDefault() is { } name
            ? pair.Says($"the key {pair.Key} sets {name}")
            : null;
    }

    private static Spot? SecretArgument(Container container, Field it, int at)
    {
        var text = it.Text ?? "";
        var found = SecretText.Pairs(text).FirstOrDefault(static one => SecretText.IsSecretName(one.Name) && SecretText.IsLiteral(one.Value)).Name;
        // --password VALUE, in one text or in two
        found ??= Following().Matches(text).Where(static match => SecretText.IsSecretName(match.Groups[1].Value) && SecretText.IsLiteral(match.Groups[2].Value))
            .Select(static match => match.Groups[1].Value).FirstOrDefault();
        if (found is null && Option().Match(text) is { Success: true } option && SecretText.IsSecretName(option.Groups[1].Value))
        {
            var next = container.Field["command"].Items.Concat(container.Field["args"].Items).ElementAtOrDefault(at + 1)?.Text;
            if (next is not null && !next.StartsWith('-') && SecretText.IsLiteral(next)) found = option.Groups[1].Value;
        }

        if (found is null && DatabasePassword(text) is { } password && SecretText.IsLiteral(password)) found = "-p";
        return found is null ? null : it.Says($"the argument {found} holds a secret in clear");
    }

    /// <summary>What follows -p of the first client in a line of a shell, up to where its command ends.</summary>
    private static string? DatabasePassword(string text)
    {
        if (DatabaseClient().Match(text) is not { Success: true } client) return null;
        var rest = text.AsSpan(client.Index + client.Length);
        var end = rest.IndexOfAny("|;&\n");
        var option = DashP().Match(text, client.Index + client.Length, end < 0 ? rest.Length : end);
        return option.Success ? option.Groups[1].Value : null;
    }

    private static bool HoldsKey(KubernetesObject one, Field field)
    {
        var text = field.Text ?? "";
        if (SecretText.HoldsPrivateKey(text)) return true;
        if (one.Kind != "Secret" || field.Parent?.Key != "data") return false;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && SecretText.HoldsPrivateKey(Encoding.Latin1.GetString(bytes, 0, length));
    }

    private static bool HasUrlCredentials(string? text) =>
        text is not null && text.Contains("://", StringComparison.Ordinal) && UrlCredentials().Matches(text).Any(static match => SecretText.IsLiteral(match.Groups[1].Value));

    private static IEnumerable<Spot> PlainHttp(Bundle bundle, KubernetesObject one)
    {
        var texts = one.Annotations.Members.Where(static it => it.Key != LastApplied);
        if (one.Kind == "ConfigMap") texts = texts.Concat(one.Root["data"].Members);
        if (bundle.PodOf(one) is { } pod)
        {
            texts = texts.Concat(pod.Containers.SelectMany(static c =>
                c.Field["env"].Items.Select(static variable => variable["value"]).Concat(c.Field["command"].Items).Concat(c.Field["args"].Items)));
        }

        return from it in texts
               let url = it.Text is { } text ? InsecureUrls.In(text, bundle) : null
               where url is not null
               select it.Says($"uses {url} without encryption");
    }

    private static string? Annotation(KubernetesObject one, Field it)
    {
        if (it.Key != LastApplied) return it.Text is { } text && SecretText.Form(text) is { } form && form != "random text" ? $"what looks like a secret ({form})" : null;
        return one.Kind == "Secret" ? "the values of the Secret as they were applied" : null;
    }

    [GeneratedRegex(@"[a-z][a-z0-9+.-]{1,20}://[^\s/:@'""]{0,100}:([^\s/@'""]{1,200})@", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex UrlCredentials();

    [GeneratedRegex(@"(?<!\S)--?([A-Za-z][\w-]{1,60})[ \t]+([^\s-]\S{0,200})", RegexOptions.CultureInvariant)]
    private static partial Regex Following();

    [GeneratedRegex(@"^--?([A-Za-z][\w-]{1,60})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Option();

    /// <summary>The clients whose -p is a password and not a port or a path.</summary>
    [GeneratedRegex(@"\b(?:mysql|mysqladmin|mysqldump|mariadb|mongo|mongosh|sshpass)\b", RegexOptions.CultureInvariant)]
    private static partial Regex DatabaseClient();

    [GeneratedRegex(@"\s-p ?([^\s-]\S{0,100})", RegexOptions.CultureInvariant)]
    private static partial Regex DashP();
}
