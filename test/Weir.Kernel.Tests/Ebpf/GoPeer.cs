using System.Diagnostics;
using Weir.Testing;
using Xunit;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>A Go program that serves and calls over TLS, compiled once for all tests.</summary>
internal static class GoPeer
{
    private static readonly Lazy<string?> Plain = new(() => Build(""));
    private static readonly Lazy<string?> StrippedBinary = new(() => Build("-s -w"));

    public static string Path => Require(Plain.Value);

    /// <summary>Without symbols: only the table that the runtime needs names its functions.</summary>
    public static string Stripped => Require(StrippedBinary.Value);

    private static string Require(string? path)
    {
        Skip.If(path is null, "go is not installed");
        return path;
    }

    private static string? Build(string flags)
    {
        if (!File.Exists("/usr/bin/go")) return null;
        var directory = Directory.CreateTempSubdirectory("weir-go-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => directory.Delete(recursive: true);
        File.WriteAllText(System.IO.Path.Combine(directory.FullName, "main.go"), Source);
        File.WriteAllText(System.IO.Path.Combine(directory.FullName, "go.mod"), "module peer\n\ngo 1.19\n");
        var start = new ProcessStartInfo("/usr/bin/go", ["build", "-ldflags", flags, "-o", "peer", "."])
        {
            WorkingDirectory = directory.FullName, RedirectStandardError = true,
        };
        start.Environment["GOFLAGS"] = "-mod=mod";
        start.Environment["GOTOOLCHAIN"] = "local";
        start.Environment["GOCACHE"] = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "weir-go-cache");
        start.Environment["CGO_ENABLED"] = "0";
        using var build = Process.Start(start)!;
        var errors = build.StandardError.ReadToEnd();
        build.WaitForExit();
        if (build.ExitCode != 0) throw new InvalidOperationException($"go build: {errors}");
        return System.IO.Path.Combine(directory.FullName, "peer");
    }

    private const string Source = """
        package main

        import (
        	"bufio"
        	"crypto/tls"
        	"crypto/x509"
        	"fmt"
        	"io"
        	"net/http"
        	"os"
        )

        func main() {
        	if os.Args[1] == "serve" {
        		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello "+r.RequestURI) })
        		fmt.Println(http.ListenAndServeTLS("127.0.0.1:"+os.Args[2], os.Args[3], os.Args[4], handler))
        		return
        	}
        	pem, _ := os.ReadFile(os.Args[3])
        	roots := x509.NewCertPool()
        	roots.AppendCertsFromPEM(pem)
        	// A configuration of its own keeps the transport at HTTP/1.1.
        	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, MaxConnsPerHost: 1}}
        	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
        		for number := 0; number < 3; number++ {
        			response, err := client.Get(fmt.Sprintf("https://127.0.0.1:%s/%s%d", os.Args[2], lines.Text(), number))
        			if err != nil {
        				panic(err)
        			}
        			io.Copy(io.Discard, response.Body)
        			response.Body.Close()
        		}
        		fmt.Println("done")
        	}
        }
        """;
}
