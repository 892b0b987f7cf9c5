using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Weir.Rpc.Wire;

namespace Weir.Rpc.Server;

/// <summary>One call as its handler sees it, beside the messages.</summary>
public sealed class RpcServerCall
{
    private readonly HttpContext _context;
    private bool _headersSent;

    internal RpcServerCall(HttpContext context, string service, string method, TimeSpan? timeout, CancellationToken stopping, CancellationToken cancellation)
    {
        (_context, Service, Method, Timeout, Stopping, Cancellation) = (context, service, method, timeout, stopping, cancellation);
        foreach (var (name, values) in context.Request.Headers)
            foreach (var value in values) MetadataFields.Read(name, value ?? "", Metadata);
    }

    public string Service { get; }

    public string Method { get; }

    /// <summary>What the client sent before its first message.</summary>
    public RpcMetadata Metadata { get; } = [];

    /// <summary>Goes behind the last message, with the status.</summary>
    public RpcMetadata Trailers { get; } = [];

    /// <summary>How long the client waited at most when it called; null when it waits.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>The client has gone, does not want the answer any more, or its time is over.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>The server is about to stop; a call that has no end of its own ends then.</summary>
    public CancellationToken Stopping { get; }

    public IPEndPoint Peer => new(_context.Connection.RemoteIpAddress ?? IPAddress.None, _context.Connection.RemotePort);

    /// <summary>What the client proved by TLS; null when it was not asked.</summary>
    public X509Certificate2? ClientCertificate => _context.Connection.ClientCertificate;

    /// <summary>Sends metadata before the first message, which does so by itself with none.</summary>
    /// <exception cref="InvalidOperationException">Something was sent already.</exception>
    public async Task SendHeaders(RpcMetadata headers)
    {
        if (_headersSent || _context.Response.HasStarted) throw new InvalidOperationException("the headers were sent already");
        _headersSent = true;
        foreach (var (name, value) in MetadataFields.Write(headers)) _context.Response.Headers.Append(name, value);
        await _context.Response.BodyWriter.FlushAsync(Cancellation);
    }
}
