using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// The .NET end of a TLS connection, for tests that look at it from outside.
//   serve PORT CERTIFICATE KEY          Kestrel, HTTP/1.1 and HTTP/2; prints "ready"
//   call URL COUNT 1.1|2 CONNECTIONS CERTIFICATE
//                                       HttpClient; for each line of input COUNT calls, whose paths it begins, and "done"
switch (args)
{
    case ["serve", var port, var certificate, var key]:
        await Serve(int.Parse(port), certificate, key);
        return 0;
    case ["call", var url, var count, var version, var connections, var certificate]:
        await Call(new Uri(url), int.Parse(count), Version.Parse(version.Contains('.') ? version : version + ".0"), int.Parse(connections), certificate);
        return 0;
    default:
        Console.Error.WriteLine("serve PORT CERTIFICATE KEY | call URL COUNT VERSION CONNECTIONS CERTIFICATE");
        return 2;
}

static async Task Serve(int port, string certificate, string key)
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.Services.AddRoutingCore();
    // The same bytes again as PKCS #12: keys straight from PEM are refused on some platforms.
    using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
    var usable = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(usable)));
    var app = builder.Build();
    app.Run(context => context.Response.WriteAsync($"hello {context.Request.Path}"));
    await app.StartAsync();
    Console.WriteLine("ready");
    await app.WaitForShutdownAsync();
}

static async Task Call(Uri url, int count, Version version, int connections, string certificate)
{
    using var expected = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(certificate));
    var hash = expected.GetCertHashString();
    using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = connections };
    // The certificate of the test is its own authority.
    handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == hash;
    using var client = new HttpClient(handler) { BaseAddress = url, DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    while (await Console.In.ReadLineAsync() is { } prefix)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, count).Select(i => client.GetStringAsync(new Uri($"/{prefix}{i}", UriKind.Relative))));
        foreach (var answer in answers) Console.WriteLine(answer);
        Console.WriteLine("done");
    }
}
