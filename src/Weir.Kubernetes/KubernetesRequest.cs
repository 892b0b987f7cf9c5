using System.Globalization;
using System.Text;

namespace Weir.Kubernetes;

/// <summary>A request before it is sent, and what RBAC calls it, for messages.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Verb">RBAC verb.</param>
/// <param name="Type">Kind of object; null for a path that is no object.</param>
/// <param name="Namespace">Null for all namespaces, or none.</param>
/// <param name="Name">Object; null for all.</param>
internal sealed record KubernetesRequest(HttpMethod Method, string Verb, ResourceType? Type, string? Namespace = null, string? Name = null)
{
    public const string Json = "application/json";

    /// <summary>JSON of the whole object is the second choice, for what cannot be told as metadata.</summary>
    public const string MetadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

    public const string MetadataListOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

    private string? _path;

    public string? Subresource { get; init; }

    /// <summary>Without question mark.</summary>
    public string Query { get; init; } = "";

    public string Accept { get; init; } = Json;

    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Null without a body.</summary>
    public string? ContentType { get; init; }

    public string Path => _path ?? Type!.Path(Namespace, Name, Subresource);

    public static KubernetesRequest ToPath(string path) => new(HttpMethod.Get, "get", null) { _path = path };

    public override string ToString() => $"{Method} /{Path}";
}

/// <summary>Builds a query; values that are null are left out.</summary>
internal sealed class QueryText
{
    private readonly StringBuilder _text = new();

    public QueryText Add(string name, string? value)
    {
        if (value is null) return this;
        if (_text.Length > 0) _text.Append('&');
        _text.Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public QueryText Add(string name, int value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

    public override string ToString() => _text.ToString();
}

/// <summary>Ends a body that is longer than anything an API server should say.</summary>
internal sealed class LimitedStream(Stream inner, long mostBytes) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private int Count(int bytes)
    {
        _read += bytes;
        return _read <= mostBytes ? bytes : throw new KubernetesException(KubernetesFault.Malformed, $"an answer of the API server is longer than {mostBytes} bytes");
    }
}
