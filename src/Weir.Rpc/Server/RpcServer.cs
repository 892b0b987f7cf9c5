using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Rpc.Client;

namespace Weir.Rpc.Server;

/// <summary>A gRPC server on a port of its own: HTTP/2 and nothing else, with or without TLS.</summary>
public sealed class RpcServer : IAsyncDisposable
{
    /// <summary>How long calls under way may take once the server stops.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly WebApplication _application;
    private readonly RpcServerOptions _options;

    public RpcServer(RpcServerOptions options)
    {
        _options = options;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "weir", EnvironmentName = Environments.Production });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        // Start failures reach the user as one line, not as a stack trace of the host.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(options).AddSingleton<CallDispatcher>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        if (options.Tls is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        _application = builder.Build();
        _application.Run(_application.Services.GetRequiredService<CallDispatcher>().Answer);
    }

    /// <summary>Where it listens; known after <see cref="Start"/>.</summary>
    public IPEndPoint Endpoint { get; private set; } = new(IPAddress.None, 0);

    /// <exception cref="IOException">The port is taken, or the address is not one of this machine's.</exception>
    public async Task Start(CancellationToken cancellation = default)
    {
        try
        {
            await _application.StartAsync(cancellation);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new IOException($"{_options.Listen} is in use: choose another address for probes.", e);
        }
        catch (SocketException e)
        {
            throw new IOException($"Failed to listen on {_options.Listen}: {e.Message}.", e);
        }

        Endpoint = new IPEndPoint(_options.Listen.Address, new Uri(_application.Urls.First()).Port);
    }

    /// <summary>Takes no more calls and waits a little for those under way.</summary>
    public Task Stop() => _application.StopAsync();

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private void Configure(KestrelServerOptions kestrel)
    {
        var limits = _options.Limits;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = limits.MaxConnections;
        kestrel.Limits.MaxRequestHeadersTotalSize = limits.MaxHeaderBytes;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = limits.MaxHeaderBytes;
        kestrel.Limits.Http2.MaxStreamsPerConnection = limits.MaxStreamsPerConnection;
        kestrel.Limits.Http2.KeepAlivePingDelay = limits.PingDelay;
        kestrel.Limits.Http2.KeepAlivePingTimeout = limits.PingTimeout;
        // A client that reads slowly is held back by flow control; whether it is there is asked by pings.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Listen(_options.Listen, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (_options.Tls is { } tls) listen.UseHttps(https => Configure(https, tls));
        });
    }

    private static void Configure(HttpsConnectionAdapterOptions https, RpcServerTls tls)
    {
        https.ServerCertificate = tls.Certificate;
        if (tls.ClientAuthority is not { } authority) return;
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, _, _) =>
        {
            using var chain = new X509Chain { ChainPolicy = Connections.Trusting(authority) };
            // clientAuth (RFC 5280 §4.2.1.12): a server's certificate of the same authority does not speak for a client.
            chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2"));
            return chain.Build(certificate);
        };
    }

    /// <summary>The process has its own way to stop; a server of it listens to no signals.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
