using System.Text;
using Weir.Kubernetes.Identity;

namespace Weir.Kubernetes.Names;

/// <summary>
/// Finds the service that a request asked for in its Host: <c>orders</c> in the caller's namespace, <c>orders.shop</c>,
/// <c>orders.shop.svc</c>, <c>orders.shop.svc.cluster.local</c>, and the pod of a headless service before any of these
/// (<c>web-0.web.shop.svc…</c>). Ports and case do not matter. Allocates nothing.
/// </summary>
internal static class HostName
{
    /// <summary>RFC 1035 §2.3.4: a name is 255 bytes at most.</summary>
    private const int MaxBytes = 255;

    /// <param name="host">As sent.</param>
    /// <param name="callerNamespace">Null when the caller is not known: then a bare name says nothing.</param>
    /// <param name="services">Only what is there is found.</param>
    public static ServiceIdentity? Find(ReadOnlySpan<byte> host, string? callerNamespace, ServiceTable services)
    {
        host = WithoutPort(host);
        if (host.IsEmpty || host.Length > MaxBytes) return null;
        Span<char> text = stackalloc char[MaxBytes];
        text = text[..Encoding.ASCII.GetChars(host, text)];
        // Kubernetes names are lower case; DNS does not distinguish.
        for (var i = 0; i < text.Length; i++) text[i] = char.ToLowerInvariant(text[i]);
        Span<Range> labels = stackalloc Range[5];
        var count = ((ReadOnlySpan<char>)text).Split(labels, '.');
        scoped ReadOnlySpan<char> space = callerNamespace;
        var service = 0;
        if (count >= 4 && text[labels[3]].SequenceEqual("svc")) service = 1;
        if (count > service + 1) space = text[labels[service + 1]];
        // Further labels must be those of the cluster's domain, else it is somebody's domain name.
        if (count > service + 2 && !text[labels[service + 2]].SequenceEqual("svc")) return null;
        return Find(space, text[labels[service]], services);
    }

    private static ServiceIdentity? Find(ReadOnlySpan<char> space, ReadOnlySpan<char> service, ServiceTable services)
    {
        Span<char> key = stackalloc char[(2 * MaxBytes) + 1];
        if (space.IsEmpty || service.IsEmpty || space.Length > MaxBytes) return null;
        space.CopyTo(key);
        key[space.Length] = '/';
        service.CopyTo(key[(space.Length + 1)..]);
        return services.Find(key[..(space.Length + 1 + service.Length)]);
    }

    private static ReadOnlySpan<byte> WithoutPort(ReadOnlySpan<byte> host)
    {
        // An address in brackets is no name.
        if (host.IsEmpty || host[0] == (byte)'[') return default;
        var colon = host.IndexOf((byte)':');
        if (colon >= 0) host = host[..colon];
        return host.EndsWith("."u8) ? host[..^1] : host;
    }
}
