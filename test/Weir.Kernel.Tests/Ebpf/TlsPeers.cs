using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Weir.Testing;
using Xunit;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>Real programs that speak TLS, with a certificate made for the test.</summary>
internal static class TlsPeers
{
    /// <summary>Certificate and key of 127.0.0.1 in PEM, in a folder that lives as long as the tests.</summary>
    private static readonly Lazy<(string Certificate, string Key)> Identity = new(MakeIdentity);

    public static string Certificate => Identity.Value.Certificate;

    public static string Key => Identity.Value.Key;

    /// <summary>Answers GET of any path with a body that ends with the path; listens when this returns.</summary>
    public static Peer Server(string kind)
    {
        var directory = Directory.CreateTempSubdirectory("weir-tls-");
        var port = Peer.FreePort();
        var start = kind switch
        {
            "nginx" => Nginx(directory, port),
            "python" => Peer.Start("python3", $"{Peer.Script(directory, "server.py", PythonServer)} {port} {Certificate} {Key}"),
            "asyncio" => Peer.Start("python3", $"{Peer.Script(directory, "server.py", AsyncioServer)} {port} {Certificate} {Key}"),
            "node" => Peer.Start("node", $"{Peer.Script(directory, "server.js", NodeServer)} {port} {Certificate} {Key}"),
            "kestrel" => Peer.Start("dotnet", $"{DotNetPeer} serve {port} {Certificate} {Key}"),
            "go" => Peer.Start(GoPeer.Path, $"serve {port} {Certificate} {Key}"),
            _ => throw new ArgumentException(kind, nameof(kind)),
        };
        return Peer.Run(start, directory, port, peer => peer.WaitUntilListening());
    }

    /// <summary>For each line written to it, calls that path three times on one connection, and answers <c>done</c>.</summary>
    public static Peer Client(string kind, int port)
    {
        var directory = Directory.CreateTempSubdirectory("weir-tls-");
        var start = kind switch
        {
            "python" => Peer.Start("python3", $"{Peer.Script(directory, "client.py", PythonClient)} {port} {Certificate}"),
            "node" => Peer.Start("node", $"{Peer.Script(directory, "client.js", NodeClient)} {port} {Certificate}"),
            "httpclient" => Peer.Start("dotnet", $"{DotNetPeer} call https://127.0.0.1:{port}/ 3 1.1 1 {Certificate}"),
            "httpclient2" => Peer.Start("dotnet", $"{DotNetPeer} call https://127.0.0.1:{port}/ 3 2 1 {Certificate}"),
            "go" => Peer.Start(GoPeer.Path, $"call {port} {Certificate}"),
            _ => throw new ArgumentException(kind, nameof(kind)),
        };
        return Peer.Run(start, directory, port, _ => { });
    }

    /// <summary>Has a client do a round; returns when it is done.</summary>
    public static void Round(Peer client, string prefix)
    {
        client.Input.WriteLine(prefix);
        client.Input.Flush();
        while (client.Output.ReadLine() is { } line)
        {
            if (line is "done") return;
        }

        throw new InvalidOperationException("the client ended");
    }

    private static string DotNetPeer
    {
        get
        {
            var path = Path.Combine(AppContext.BaseDirectory, "Weir.TlsPeer.dll");
            Skip.IfNot(File.Exists(path), "Weir.TlsPeer is not built");
            return path;
        }
    }

    private static (string Certificate, string Key) MakeIdentity()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var directory = Directory.CreateTempSubdirectory("weir-tls-identity-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => directory.Delete(recursive: true);
        var paths = (Path.Combine(directory.FullName, "certificate.pem"), Path.Combine(directory.FullName, "key.pem"));
        File.WriteAllText(paths.Item1, certificate.ExportCertificatePem());
        File.WriteAllText(paths.Item2, key.ExportPkcs8PrivateKeyPem());
        return paths;
    }

    private static System.Diagnostics.ProcessStartInfo Nginx(DirectoryInfo directory, int port)
    {
        File.WriteAllText(Path.Combine(directory.FullName, "large"), LargeBody);
        var configuration = Peer.Script(directory, "nginx.conf", $$"""
            worker_processes 1;
            daemon off;
            master_process off;
            pid {{directory.FullName}}/pid;
            error_log {{directory.FullName}}/errors;
            events { worker_connections 128; }
            http {
              access_log off;
              client_body_temp_path {{directory.FullName}}/body;
              proxy_temp_path {{directory.FullName}}/proxy;
              fastcgi_temp_path {{directory.FullName}}/fastcgi;
              uwsgi_temp_path {{directory.FullName}}/uwsgi;
              scgi_temp_path {{directory.FullName}}/scgi;
              server {
                listen 127.0.0.1:{{port}} ssl http2;
                ssl_certificate {{Certificate}};
                ssl_certificate_key {{Key}};
                location / { default_type text/plain; return 200 "hello $request_uri"; }
                location /large { root {{directory.FullName}}; }
              }
            }
            """);
        return Peer.Start("nginx", $"-c {configuration}");
    }

    public static string LargeBody { get; } = string.Create(200_000, 0, static (text, _) =>
    {
        for (var i = 0; i < text.Length; i++) text[i] = (char)('a' + (i * 7 % 26));
    });

    private const string PythonServer = """
        import http.server, ssl, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_GET(self):
                body = ("hello " + self.path).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *_): pass
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        class Server(http.server.ThreadingHTTPServer):
            # The handshake on the connection's own thread, so that one that never comes does not hold up the others.
            def finish_request(self, request, address):
                try: super().finish_request(context.wrap_socket(request, server_side=True), address)
                except (ssl.SSLError, OSError): pass
        Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
        """;

    private const string AsyncioServer = """
        import asyncio, ssl, sys
        async def answer(reader, writer):
            try:
                while True:
                    head = await reader.readuntil(b"\r\n\r\n")
                    body = b"hello " + head.split(b" ")[1]
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                    await writer.drain()
            except (asyncio.IncompleteReadError, OSError): writer.close()
        async def main():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(sys.argv[2], sys.argv[3])
            await (await asyncio.start_server(answer, "127.0.0.1", int(sys.argv[1]), ssl=context)).serve_forever()
        asyncio.run(main())
        """;

    internal const string PythonClient = """
        import http.client, ssl, sys
        connection = http.client.HTTPSConnection("127.0.0.1", int(sys.argv[1]), context=ssl.create_default_context(cafile=sys.argv[2]))
        for line in sys.stdin:
            for number in range(3):
                connection.request("GET", "/" + line.strip() + str(number))
                connection.getresponse().read()
            print("done", flush=True)
        """;

    private const string NodeServer = """
        const fs = require('fs'), [port, cert, key] = process.argv.slice(2);
        require('https').createServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) },
          (request, response) => response.end('hello ' + request.url)).listen(+port, '127.0.0.1');
        """;

    private const string NodeClient = """
        const https = require('https'), [port, ca] = process.argv.slice(2);
        const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: require('fs').readFileSync(ca) });
        const get = path => new Promise((done, failed) => https.get({ host: '127.0.0.1', port, path, agent },
          response => response.on('data', () => {}).on('end', done)).on('error', failed));
        require('readline').createInterface({ input: process.stdin }).on('line', async line => {
          for (let number = 0; number < 3; number++) await get('/' + line + number);
          console.log('done');
        });
        """;
}
