using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Weir.Kubernetes.Access;

/// <summary>A kubeconfig file (client-go's v1 Config), YAML or JSON. Paths in it are relative to the file.</summary>
internal sealed class Kubeconfig
{
    private readonly string _path;
    private readonly YamlMappingNode _root;

    private Kubeconfig(string path, YamlMappingNode root) => (_path, _root) = (path, root);

    /// <summary>Names of its contexts, in the file's order.</summary>
    public IReadOnlyList<string> Contexts => [.. Entries("contexts").Select(one => Text(one, "name") ?? "")];

    /// <exception cref="KubernetesException">It cannot be read, or is no mapping.</exception>
    public static Kubeconfig Load(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var yaml = new YamlStream();
            yaml.Load(reader);
            return yaml.Documents is [{ RootNode: YamlMappingNode root }, ..]
                ? new Kubeconfig(path, root)
                : throw new KubernetesException(KubernetesFault.Configuration, $"{path} is no kubeconfig: it is not a mapping");
        }
        catch (YamlException e)
        {
            throw new KubernetesException(KubernetesFault.Configuration, $"{path} is no kubeconfig: line {e.Start.Line}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesException(KubernetesFault.Configuration, $"cannot read the kubeconfig {path}: {e.Message}", e);
        }
    }

    /// <exception cref="KubernetesException">The context is not there, or says something that cannot be used.</exception>
    public ClusterAccess ToAccess(string? context, KubernetesLimits limits)
    {
        var name = context ?? Text(_root, "current-context");
        if (string.IsNullOrEmpty(name)) throw Wrong($"it names no current-context; name one of: {string.Join(", ", Contexts)}");
        var chosen = Named("contexts", "context", name) ?? throw Wrong($"it has no context {name}, but: {string.Join(", ", Contexts)}");
        var clusterName = Text(chosen, "cluster") ?? throw Wrong($"context {name} names no cluster");
        var cluster = Named("clusters", "cluster", clusterName) ?? throw Wrong($"it has no cluster {clusterName}, which context {name} names");
        var user = new YamlMappingNode();
        if (Text(chosen, "user") is { Length: > 0 } userName)
            user = Named("users", "user", userName) ?? throw Wrong($"it has no user {userName}, which context {name} names");
        if (!Uri.TryCreate(Text(cluster, "server"), UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
            throw Wrong($"the server of cluster {clusterName} is no http or https address");
        return new ClusterAccess(server, Credential(user, cluster, limits), $"{_path}, context {name}")
        {
            Namespace = Text(chosen, "namespace"),
            Authorities = Authorities(cluster, clusterName),
            SkipVerification = IsTrue(cluster, "insecure-skip-tls-verify"),
            TlsServerName = Text(cluster, "tls-server-name"),
            Proxy = Text(cluster, "proxy-url") is { } proxy
                ? Uri.TryCreate(proxy, UriKind.Absolute, out var address) ? address : throw Wrong($"proxy-url of cluster {clusterName} is no address")
                : null,
        };
    }

    private TrustedAuthorities? Authorities(YamlMappingNode cluster, string name)
    {
        if (Text(cluster, "certificate-authority-data") is { Length: > 0 } data)
            return TrustedAuthorities.FromPem(Decode(data, "certificate-authority-data"), $"certificate-authority-data of cluster {name}");
        return Text(cluster, "certificate-authority") is { Length: > 0 } file ? TrustedAuthorities.FromFile(Resolve(file)) : null;
    }

    /// <summary>In the order of client-go: a program, a token, a token file (which wins over the token), a password; a certificate beside each.</summary>
    private Credential Credential(YamlMappingNode user, YamlMappingNode cluster, KubernetesLimits limits)
    {
        if (Map(user, "auth-provider") is { } provider)
            throw Wrong($"auth-provider {Text(provider, "name")} is gone from Kubernetes since 1.26: use an exec plugin");
        if (Map(user, "exec") is { } exec) return new ExecCredential(Plugin(exec, cluster), limits);
        if (Text(user, "tokenFile") is { Length: > 0 } file) return new TokenFileCredential(Resolve(file), certificate: ClientCertificate(user));
        AuthenticationHeaderValue? header = null;
        if (Text(user, "token") is { Length: > 0 } token) header = FixedCredential.Bearer(token);
        else if (Text(user, "username") is { Length: > 0 } userName) header = FixedCredential.Basic(userName, Text(user, "password") ?? "");
        return new FixedCredential(header, ClientCertificate(user));
    }

    private X509Certificate2? ClientCertificate(YamlMappingNode user)
    {
        var certificate = Pem(user, "client-certificate");
        var key = Pem(user, "client-key");
        if (certificate is null && key is null) return null;
        if (certificate is null || key is null) throw Wrong("of client-certificate and client-key one is missing");
        return Weir.Kubernetes.Access.Credential.Pair(certificate, key, _path);
    }

    private string? Pem(YamlMappingNode user, string name)
    {
        if (Text(user, $"{name}-data") is { Length: > 0 } data) return Decode(data, $"{name}-data");
        if (Text(user, name) is not { Length: > 0 } file) return null;
        try
        {
            return File.ReadAllText(Resolve(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"cannot read {name}: {e.Message}");
        }
    }

    private ExecPlugin Plugin(YamlMappingNode exec, YamlMappingNode cluster)
    {
        var command = Text(exec, "command") is { Length: > 0 } text ? text : throw Wrong("exec names no command");
        var version = Text(exec, "apiVersion") ?? "";
        if (version is not ("client.authentication.k8s.io/v1" or "client.authentication.k8s.io/v1beta1"))
            throw Wrong($"exec has apiVersion {version}: client.authentication.k8s.io/v1 and v1beta1 are known");
        if (Text(exec, "interactiveMode") == "Always") throw Wrong($"{command} has interactiveMode Always: nobody is there to answer");
        var arguments = exec.Children.TryGetValue("args", out var list) && list is YamlSequenceNode items ? items.Select(Scalar) : [];
        var environment = Sequence(exec, "env").ToDictionary(one => Text(one, "name") ?? "", one => Text(one, "value") ?? "", StringComparer.Ordinal);
        // With a separator it is a path, and of the file's folder; else PATH decides.
        var program = command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) ? Resolve(command) : command;
        return new ExecPlugin(program, [.. arguments], environment, version, IsTrue(exec, "provideClusterInfo") ? ClusterInfo(cluster) : null, Text(exec, "installHint"));
    }

    private static string ClusterInfo(YamlMappingNode cluster)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var name in (string[])["server", "tls-server-name", "certificate-authority-data", "proxy-url"])
                if (Text(cluster, name) is { } value) json.WriteString(name, value);
            if (IsTrue(cluster, "insecure-skip-tls-verify")) json.WriteBoolean("insecure-skip-tls-verify", true);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private string Decode(string data, string name)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(data));
        }
        catch (FormatException)
        {
            throw Wrong($"{name} is not base64");
        }
    }

    private string Resolve(string path) => Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(_path))!);

    private KubernetesException Wrong(string what) => new(KubernetesFault.Configuration, $"{_path}: {what}");

    private YamlMappingNode? Named(string list, string content, string name) =>
        Entries(list).FirstOrDefault(one => Text(one, "name") == name) is { } entry ? Map(entry, content) ?? new YamlMappingNode() : null;

    private IEnumerable<YamlMappingNode> Entries(string list) => Sequence(_root, list);

    private static IEnumerable<YamlMappingNode> Sequence(YamlMappingNode map, string name) =>
        map.Children.TryGetValue(name, out var node) && node is YamlSequenceNode items ? items.OfType<YamlMappingNode>() : [];

    private static YamlMappingNode? Map(YamlMappingNode map, string name) =>
        map.Children.TryGetValue(name, out var node) ? node as YamlMappingNode : null;

    private static string? Text(YamlMappingNode map, string name) =>
        map.Children.TryGetValue(name, out var node) && node is YamlScalarNode { Value: not null } scalar && !IsNull(scalar) ? scalar.Value : null;

    private static bool IsNull(YamlScalarNode scalar) => scalar.Style == ScalarStyle.Plain && scalar.Value is "null" or "~";

    private static bool IsTrue(YamlMappingNode map, string name) => Text(map, name) == "true";

    private static string Scalar(YamlNode node) => (node as YamlScalarNode)?.Value ?? "";
}
