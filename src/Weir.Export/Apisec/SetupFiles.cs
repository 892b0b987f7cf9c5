using System.Text;
using System.Text.Json;

namespace Weir.Export.Apisec;

/// <summary>The files that <c>weir setup</c> writes. The token is in the Secret alone.</summary>
public static class SetupFiles
{
    public const string ConfigMapName = "traffic-monitor-config";

    public const string SecretName = "traffic-monitor-apisec";

    /// <summary>Key of the Secret, and so the name of the file that it is mounted as.</summary>
    public const string TokenKey = "token";

    /// <summary>A specification without paths, from which an application can be made by hand.</summary>
    public const string EmptySpecification = """
        openapi: 3.0.3
        info:
          title: Empty API Specification
          description: Placeholder without paths. Endpoints are added as traffic shows them.
          version: 1.0.0
        paths: {}

        """;

    /// <summary>An id, or a Kubernetes name with or without its namespace: nothing that needs quoting anywhere.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= 253 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':');

    /// <summary>What goes into <c>service_config.json</c>; never a token.</summary>
    public static string Configuration(ApisecConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteBoolean("autoOnboardNewServices", configuration.AutoOnboardNewServices);
            json.WriteString("apisecUrl", configuration.Url);
            json.WriteStartObject("serviceMappings");
            foreach (var (service, target) in configuration.Mappings.OrderBy(static one => one.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject(service);
                json.WriteString("appId", target.AppId);
                json.WriteString("instanceId", target.InstanceId);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    public static string ConfigMap(ApisecConfiguration configuration, string space)
    {
        var yaml = new StringBuilder($"""
            # Written by weir setup. The token is not here: it belongs into the Secret {SecretName}.
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: {ConfigMapName}
              namespace: {space}
              labels:
                app: traffic-monitor
            data:
              service_config.json: |

            """);
        foreach (var line in Configuration(configuration).Split('\n')) yaml.Append("    ").Append(line).Append('\n');
        return yaml.ToString();
    }

    public static string Secret(string token, string space) => $"""
        # Written by weir setup. Holds the API token: apply it, then delete it; it is not for version control.
        apiVersion: v1
        kind: Secret
        metadata:
          name: {SecretName}
          namespace: {space}
          labels:
            app: traffic-monitor
        type: Opaque
        data:
          {TokenKey}: {Convert.ToBase64String(Encoding.UTF8.GetBytes(token))}

        """;

    /// <summary>How to make the Secret without a file.</summary>
    public static string SecretCommand(string space) =>
        $"kubectl -n {space} create secret generic {SecretName} --from-file={TokenKey}=/dev/stdin   (then paste the token and press Ctrl-D)";
}
