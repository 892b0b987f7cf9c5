using System.Buffers;
using System.Text;
using Weir.Kubernetes.Watching;

namespace Weir.Kubernetes.Tests.Watching;

/// <summary>Events that no API server writes.</summary>
public class HostileEventTests
{
    [Theory]
    [InlineData("{\"type\":\"\\ud800\",\"object\":{}}")]
    [InlineData("{\"ty\\ud800\":1,\"object\":{}}")]
    [InlineData("{\"type\":\"ADDED\",\"object\":[1]}")]
    [InlineData("{\"type\":\"ADDED\",\"object\":7}")]
    [InlineData("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"\\udc00\"}}}")]
    public void What_is_no_event_is_told_as_one_that_cannot_be_read(string text)
    {
        var line = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text));
        Assert.Equal(KubernetesFault.Malformed, Assert.Throws<KubernetesException>(() => WatchEventReader.Read(line, ResourceKind.Pods)).Fault);
        Assert.Equal(KubernetesFault.Malformed, Assert.Throws<KubernetesException>(() => WatchEventReader.Read(line, ResourceKind.Json(ResourceTypes.Pods))).Fault);
    }
}
