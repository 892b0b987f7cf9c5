using Weir.Manifests.Objects;

namespace Weir.Manifests.Checks;

/// <summary>Services that an Ingress sends to, in its present and its old form.</summary>
internal static class Backends
{
    public static IEnumerable<Spot> Missing(Bundle bundle, KubernetesObject ingress)
    {
        var backends = ingress.Spec["rules"].Items.SelectMany(rule => rule["http"]["paths"].Items).Select(path => path["backend"])
            .Append(ingress.Spec["defaultBackend"]).Append(ingress.Spec["backend"]);
        foreach (var backend in backends)
        {
            var name = backend["service"]["name"].Exists ? backend["service"]["name"] : backend["serviceName"];
            if (!name.Exists) continue;
            if (bundle.Find("Service", ingress.Home, name.Text) is not { } service)
            {
                yield return name.Says($"the Service {name.Text} is not among these manifests");
                continue;
            }

            var port = ((Field[])[backend["service"]["port"]["number"], backend["service"]["port"]["name"], backend["servicePort"]]).FirstOrDefault(static one => one.Exists);
            if (port is not null && !service.Spec["ports"].Items.Any(one => one["port"].Text == port.Text || one["name"].Text == port.Text))
                yield return port.Says($"the Service {name.Text} has no port {port.Text}");
        }
    }
}
