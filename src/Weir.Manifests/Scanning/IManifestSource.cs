using System.Text.Json;

namespace Weir.Manifests.Scanning;

/// <summary>Where objects come from that stand in no file, such as the API of a live cluster.</summary>
public interface IManifestSource
{
    /// <summary>What findings show as the file: <c>cluster</c>, or its name.</summary>
    string Name { get; }

    /// <summary>Whole objects, with apiVersion and kind, or lists of them. An element may be released once the next is asked for.</summary>
    IAsyncEnumerable<JsonElement> ReadAsync(CancellationToken cancel);
}
