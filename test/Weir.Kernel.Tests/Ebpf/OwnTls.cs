using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>The test as a client: the probe is in the same process and leaves it out.</summary>
internal sealed class OwnClient : IDisposable
{
    private readonly HttpClient _client;

    private OwnClient(HttpClient client) => _client = client;

    public static OwnClient Open()
    {
        using var expected = X509Certificate2.CreateFromPem(File.ReadAllText(TlsPeers.Certificate));
        var hash = expected.GetCertHashString();
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 1 };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == hash;
        return new OwnClient(new HttpClient(handler));
    }

    public string Get(int port, string path)
    {
        using var response = _client.Send(new HttpRequestMessage(HttpMethod.Get, $"https://127.0.0.1:{port}{path}"));
        using var reader = new StreamReader(response.Content.ReadAsStream());
        return reader.ReadToEnd();
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>The test as a server of HTTP/1.1 over TLS: answers GET of a path with <c>hello</c> and the path.</summary>
internal sealed class OwnServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _identity;
    private readonly Lock _gate = new();
    private readonly List<int> _clientPorts = [];

    public OwnServer()
    {
        using var pem = X509Certificate2.CreateFromPemFile(TlsPeers.Certificate, TlsPeers.Key);
        _identity = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Ports of the clients that asked something.</summary>
    public IReadOnlyList<int> ClientPorts
    {
        get
        {
            lock (_gate) return [.. _clientPorts];
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _identity.Dispose();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var client = _listener.AcceptTcpClient();
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // Closed.
        }
    }

    private void Serve(TcpClient client)
    {
        using var owner = client;
        try
        {
            using var tls = new SslStream(client.GetStream());
            tls.AuthenticateAsServer(_identity);
            using var reader = new StreamReader(tls, Encoding.ASCII);
            var asked = false;
            while (reader.ReadLine() is { } request)
            {
                while (reader.ReadLine() is { Length: > 0 })
                {
                    // Header fields do not matter here.
                }

                if (!asked) lock (_gate) _clientPorts.Add(((IPEndPoint)client.Client.RemoteEndPoint!).Port);
                asked = true;
                var body = "hello " + request.Split(' ')[1];
                tls.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
            }
        }
        catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client went away.
        }
    }
}
