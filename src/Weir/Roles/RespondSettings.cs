using System.Globalization;
using System.Text.RegularExpressions;
using Weir.Center.Respond;
using Weir.Cli.Configuration;
using Weir.Cli.Values;
using Weir.Detection.Baseline;
using Weir.Detection.Findings;
using Weir.Export.Alerts;
using Weir.Kubernetes;
using Weir.Kubernetes.Access;
using Weir.Kubernetes.RateLimits;

namespace Weir.Cli.Roles;

/// <summary>The sections <c>detection</c>, <c>alerts</c> and <c>rateLimits</c> of a center's configuration.</summary>
internal static partial class RespondSettings
{
    private const string Severities = "info, low, medium, high or critical";

    /// <exception cref="UsageException">Something is wrong; the message says where.</exception>
    public static RespondOptions Read(YamlSettings yaml) => new()
    {
        Baseline = BaselineOptions.Default with { Learning = yaml.Get("detection.learning", Duration.TryParse, "a time such as 20m", BaselineOptions.Default.Learning, "Traffic time in which nothing is reported") },
        Incidents = IncidentOptions.Default with { Quiet = yaml.Get("detection.quiet", Duration.TryParse, "a time such as 5m", IncidentOptions.Default.Quiet, "An incident is over after so long without a finding") },
        Alerts = Alerts(yaml),
        Cluster = Cluster(yaml),
        RateLimits = RateLimits(yaml),
    };

    /// <summary>Opened when it is first needed: a center runs without a cluster too.</summary>
    private static Func<KubernetesClient>? Cluster(YamlSettings yaml)
    {
        var enabled = yaml.Get<bool>("cluster.enabled", bool.TryParse, "true or false", false, "Ask the Kubernetes API: service map, smells, rate limits, policies");
        var (kubeconfig, context) = (yaml.FindText("cluster.kubeconfig", "Which cluster (default: that of the pod)"), yaml.FindText("cluster.context", "Context of the kubeconfig (default: its current one)"));
        return enabled ? () => new KubernetesClient(kubeconfig is null ? ClusterAccess.InCluster() : ClusterAccess.FromKubeconfig(kubeconfig.Text, context?.Text)) : null;
    }

    private static AlertOptions Alerts(YamlSettings yaml)
    {
        var usual = new AlertOptions();
        return usual with
        {
            Routes = [.. yaml.Sections("alerts.to").Select(name => Route(yaml, name))],
            GroupWait = yaml.Get("alerts.groupWait", TryTime, "a time such as 10s, or 0", usual.GroupWait, "The first alert of a group waits so long for others; 0 waits for none"),
            GroupBy = Words(yaml, "alerts.groupBy", usual.GroupBy, static word => word is "namespace" or "service" or "kind", "namespace, service or kind", "What one message is about: namespace, service, kind"),
            Repeat = yaml.Get("alerts.repeat", Duration.TryParse, "a time such as 4h", usual.Repeat, "What is not over and not worse is told again after so long"),
            Page = Url(yaml, "alerts.page", "Address of the page, for links in messages"),
        };
    }

    private static AlertRoute Route(YamlSettings yaml, string name)
    {
        var key = $"alerts.to.{name}";
        if (!RouteName().IsMatch(name)) throw new UsageException($"{key}: a receiver's name is letters, digits, - and _");
        List<IAlertChannel> channels = [.. new IAlertChannel?[] { Slack(yaml, key), Firebase(yaml, key), Webhook(yaml, key), Alertmanager(yaml, key) }.OfType<IAlertChannel>()];
        if (channels.Count != 1) throw new UsageException($"{key}: {(channels.Count == 0 ? "nothing says where: it" : "it")} is one of slack, firebase, webhook and alertmanager");
        return new AlertRoute(name, channels[0])
        {
            MinSeverity = yaml.Get<AlertSeverity>($"{key}.minSeverity", TryName, Severities, AlertSeverity.Medium, "The least severity that is told to this receiver"),
            Namespaces = [.. yaml.FindAll($"{key}.namespaces", "Namespaces that are told, * for any characters; left out: all").Select(static one => one.Text)],
            Kinds = Words(yaml, $"{key}.kinds", [], IsKind, "a kind of finding such as flood", "Kinds of findings that are told; left out: all"),
            Resolved = yaml.Get<bool>($"{key}.resolved", bool.TryParse, "true or false", true, "Whether the end of an incident is told"),
        };
    }

    private static SlackChannel? Slack(YamlSettings yaml, string key) => Secrets.Hidden(yaml, $"{key}.slack.url", "Incoming webhook of Slack; not in the file itself") is { } url ? new SlackChannel(Url(url, $"{key}.slack.url")) : null;

    private static FirebaseChannel? Firebase(YamlSettings yaml, string key)
    {
        var (database, credentials, path) = (Url(yaml, $"{key}.firebase.database", "URL of a Firebase Realtime Database"), Secrets.Hidden(yaml, $"{key}.firebase.credentials", "Key of a service account, JSON; not in the file itself"), yaml.FindText($"{key}.firebase.path", "Where alerts are written in the database (default alerts)"));
        if (database is null && credentials is null) return null;
        if (database is null || credentials is null) throw new UsageException($"{key}.firebase needs a database and credentialsFile, the key file of a service account");
        if (path is not null && !FirebasePath().IsMatch(path.Text)) throw path.Wrong("names of letters, digits, - and _ between slashes");
        return GoogleServiceAccount.TryRead(credentials, out var account, out var error)
            ? new FirebaseChannel(database, account, path?.Text ?? "alerts")
            : throw new UsageException($"{key}.firebase.credentials {error}");
    }

    private static WebhookChannel? Webhook(YamlSettings yaml, string key)
    {
        var (url, text) = (Url(yaml, $"{key}.webhook.url", "Where to post alerts, signed by Standard Webhooks"), Secrets.Hidden(yaml, $"{key}.webhook.secret", "Base64 of 24 to 64 bytes, with which posts are signed; not in the file itself"));
        if (url is null && text is null) return null;
        if (url is null || text is null) throw new UsageException($"{key}.webhook needs a url and secretFile");
        return WebhookChannel.TryReadSecret(text, out var secret) ? new WebhookChannel(url, secret) : throw new UsageException($"{key}.webhook.secret is not base64 of 24 to 64 bytes; `openssl rand -base64 32` makes one");
    }

    private static AlertmanagerChannel? Alertmanager(YamlSettings yaml, string key)
    {
        var (url, token) = (Url(yaml, $"{key}.alertmanager.url", "An Alertmanager of Prometheus"), Secrets.Hidden(yaml, $"{key}.alertmanager.token", "Its bearer token; not in the file itself"));
        return url is null ? null : new AlertmanagerChannel(url, token);
    }

    private static RateLimitOptions RateLimits(YamlSettings yaml)
    {
        var usual = new RateLimitOptions();
        return usual with
        {
            Default = yaml.FindText("rateLimits.target", "NAMESPACE/NAME of an Ingress, or KIND/NAMESPACE/NAME: for the older paths, which name none") is { } target ? Target(target) : null,
            Ttl = yaml.Get("rateLimits.ttl", Duration.TryParse, "a time such as 1h", usual.Ttl, "Time of a limit that does not say"),
            MaxTtl = yaml.Get("rateLimits.maxTtl", Duration.TryParse, "a time such as 7d", usual.MaxTtl, "The longest time that a limit may have"),
            Auto = Auto(yaml, usual.Auto),
        };
    }

    private static AutoLimitOptions Auto(YamlSettings yaml, AutoLimitOptions usual) => usual with
    {
        Enabled = yaml.Get<bool>("rateLimits.auto.enabled", bool.TryParse, "true or false", false, "Set limits by itself when incidents begin"),
        DryRun = yaml.Get<bool>("rateLimits.auto.dryRun", bool.TryParse, "true or false", true, "The API server checks each change and stores none"),
        Allow = [.. yaml.FindAll("rateLimits.auto.allow", "NAMESPACE/NAME of targets that may be limited, * for any characters; nothing when left out").Select(static one => one.Text)],
        Severity = yaml.Get<Severity>("rateLimits.auto.severity", TryName, Severities, usual.Severity, "The least severity of an incident that sets a limit"),
        Kinds = Words(yaml, "rateLimits.auto.kinds", usual.Kinds, IsKind, "a kind of finding such as flood", "Kinds of findings that set a limit"),
        RequestsPerSecond = Count(yaml, "rateLimits.auto.rps", "Requests a second that are let through, 1 to 1000000 (default 10, unless rpm is set)") ?? (yaml.FindText("rateLimits.auto.rpm", "Requests a minute, instead of those a second") is null ? usual.RequestsPerSecond : null),
        RequestsPerMinute = Count(yaml, "rateLimits.auto.rpm", "Requests a minute, instead of those a second"),
        Burst = Count(yaml, "rateLimits.auto.burst", "Requests let through at once beyond the rate"),
        Connections = Count(yaml, "rateLimits.auto.connections", "Connections at a time"),
        Ttl = yaml.Get("rateLimits.auto.ttl", Duration.TryParse, "a time such as 30m", usual.Ttl, "Time of a limit that was set by itself"),
        MaxPerHour = Count(yaml, "rateLimits.auto.maxPerHour", "Limits set by itself within an hour, at most (default 4)") ?? usual.MaxPerHour,
    };

    /// <summary><c>NAMESPACE/NAME</c> of an Ingress, or <c>KIND/NAMESPACE/NAME</c>.</summary>
    private static RateLimitTarget Target(Setting setting)
    {
        var parts = setting.Text.Split('/');
        var target = parts.Length switch { 2 => new RateLimitTarget("Ingress", parts[0], parts[1]), 3 => new RateLimitTarget(parts[0], parts[1], parts[2]), _ => null };
        return target is not null && new RateLimitRequest { Target = target, RequestsPerSecond = 1 }.Check() is null ? target : throw setting.Wrong("NAMESPACE/NAME of an Ingress, or KIND/NAMESPACE/NAME");
    }

    private static int? Count(YamlSettings yaml, string key, string meaning)
    {
        if (yaml.FindText(key, meaning) is not { } setting) return null;
        return int.TryParse(setting.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 1_000_000 ? count : throw setting.Wrong("a number from 1 to 1000000");
    }

    private static IReadOnlyList<string> Words(YamlSettings yaml, string key, IReadOnlyList<string> usual, Predicate<string> isKnown, string expected, string meaning)
    {
        var found = yaml.FindAll(key, meaning, usual.Count > 0 ? string.Join(", ", usual) : null);
        if (found.FirstOrDefault(one => !isKnown(one.Text)) is { } wrong) throw wrong.Wrong(expected);
        return found.Count == 0 ? usual : [.. found.Select(static one => one.Text)];
    }

    private static bool IsKind(string text) => Enum.GetValues<FindingKind>().Any(kind => IncidentJsonWriter.NameOf(kind) == text);

    private static Uri? Url(YamlSettings yaml, string key, string meaning) => yaml.FindText(key, meaning) is { } setting ? Url(setting.Text, setting.Place) : null;

    /// <summary>The message has no URL in it: it may be the secret.</summary>
    private static Uri Url(string text, string place) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme is "https" or "http") && url.UserInfo.Length == 0 ? url : throw new UsageException($"{place}: this is no http or https URL without user and password");

    private static bool TryTime(string text, out TimeSpan time)
    {
        time = TimeSpan.Zero;
        return text is "0" or "0s" || Duration.TryParse(text, out time);
    }

    private static bool TryName<T>(string text, out T value)
        where T : struct, Enum
    {
        value = default;
        return text.Length > 0 && char.IsAsciiLetter(text[0]) && Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value);
    }

    [GeneratedRegex(@"^[-_a-zA-Z0-9]{1,64}\z")]
    private static partial Regex RouteName();

    [GeneratedRegex(@"^[-_a-zA-Z0-9]+(/[-_a-zA-Z0-9]+)*\z")]
    private static partial Regex FirebasePath();
}
