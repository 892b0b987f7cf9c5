using System.Net;

namespace Weir.Export.Apisec;

/// <summary>
/// The names by which a mapping can mean a service. The catalogue calls it <c>namespace/service</c>, or by the host that was asked;
/// a mapping may say the same, <c>service.namespace</c>, or only <c>service</c>.
/// </summary>
internal static class ServiceNames
{
    /// <summary>Names from the most exact to the shortest: where two namespaces have a service of one name, the mapping can tell them apart.</summary>
    public static List<string> Of(string service)
    {
        var names = new List<string> { service };
        if (service.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash)
        {
            var (space, name) = (service[..slash], service[(slash + 1)..]);
            Add(names, $"{name}.{space}");
            Add(names, name);
            return names;
        }

        var host = HostOf(service);
        Add(names, host);
        if (IPAddress.TryParse(host.Trim('[', ']'), out _)) return names;
        var labels = host.Split('.');
        if (labels.Length > 2)
        {
            Add(names, $"{labels[1]}/{labels[0]}");
            Add(names, $"{labels[0]}.{labels[1]}");
        }
        else if (labels.Length == 2)
        {
            Add(names, $"{labels[1]}/{labels[0]}");
        }

        Add(names, labels[0]);
        return names;
    }

    /// <summary>The name that a person would use: the service alone; null for an address, which is nobody's name.</summary>
    public static string? Short(string service)
    {
        var name = service[(service.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (name.Length != service.Length) return name;
        var host = HostOf(service);
        return IPAddress.TryParse(host.Trim('[', ']'), out _) ? null : host.Split('.')[0];
    }

    public static ApisecTarget? Find(IReadOnlyDictionary<string, ApisecTarget> mappings, string service)
    {
        foreach (var name in Of(service))
            if (mappings.TryGetValue(name, out var target)) return target;
        return null;
    }

    private static string HostOf(string service)
    {
        var colon = service.LastIndexOf(':');
        return colon > 0 && service.IndexOf(']', StringComparison.Ordinal) < colon ? service[..colon] : service;
    }

    private static void Add(List<string> names, string name)
    {
        if (name.Length > 0 && !names.Contains(name)) names.Add(name);
    }
}
