using System.Diagnostics;
using System.Text;
using Weir.Testing;
using Xunit;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>The kernel's first look at a call (bpf/include/verdict.h), compiled for this machine with a checker of memory and shifts.</summary>
public sealed class VerdictTests : IClassFixture<VerdictTests.Compiled>
{
    private readonly Compiled _compiled;

    public VerdictTests(Compiled compiled) => _compiled = compiled;

    [SkippableTheory]
    [InlineData("GET / HTTP/1.1\r\n", "http1")]
    [InlineData("POST /login?q=1 HTTP/1.1", "http1")]
    [InlineData("OPTIONS * HTTP/1.1", "http1")]
    [InlineData("CONNECT example:443 HTTP/1.1", "http1")]
    [InlineData("VERSION-CONTROL /a HTTP/1.1", "http1")]
    [InlineData("M-SEARCH * HTTP/1.1", "http1")]
    [InlineData("HTTP/1.1 200 OK", "http1")]
    [InlineData("HTTP/", "http1")]
    [InlineData("GET", "undecided")]
    [InlineData("GET ", "undecided")]
    [InlineData("HTT", "undecided")]
    [InlineData("\r\nGET /", "undecided")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http2")]
    [InlineData("\0\0\u0012\u0004\0\0\0\0\0", "http2")]
    [InlineData("\0\0\u0020\u0001\u0025\0\0\0\u0003", "http2")]
    [InlineData("\0\0\u0013\u0004\0\0\0\0\0", "nothing")]
    [InlineData("\0\0\u0020\u0001\u0025\0\0\0\u0002", "nothing")]
    [InlineData("\0\0\u0012\u0004\0\0\0\0", "nothing")]
    [InlineData("\u0016\u0003\u0001\u0002\0", "tls")]
    [InlineData("\u0017\u0003\u0003\u0040\0", "tls")]
    [InlineData("\u0016\u0003\u0005\u0002\0", "nothing")]
    [InlineData("get / HTTP/1.1", "nothing")]
    [InlineData("GE / HTTP/1.1", "nothing")]
    [InlineData("GET  HTTP/1.1", "nothing")]
    [InlineData("SSH-2.0-OpenSSH_9.2", "nothing")]
    [InlineData("*1\r\n$4\r\nPING\r\n", "nothing")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "nothing")]
    [InlineData("", "nothing")]
    public void The_first_bytes_of_a_call_look_like(string bytes, string expected) => Assert.Equal(expected, _compiled.Look(Encoding.Latin1.GetBytes(bytes)));

    [SkippableFact]
    public void Any_bytes_of_any_length_are_survived()
    {
        var random = new Random(4711);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(0, 25)];
            random.NextBytes(bytes);
            Assert.Contains(_compiled.Look(bytes), (string[])["nothing", "undecided", "http1", "http2", "tls"]);
        }
    }

    /// <summary>The program: a line of hexadecimal digits in, a word out.</summary>
    public sealed class Compiled : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-verdict-");
        private Process? _process;

        public string Look(byte[] bytes)
        {
            _process ??= Start();
            _process.StandardInput.WriteLine(Convert.ToHexString(bytes));
            _process.StandardInput.Flush();
            return _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException(_process.StandardError.ReadToEnd());
        }

        public void Dispose()
        {
            _process?.Kill();
            _process?.Dispose();
            _directory.Delete(recursive: true);
        }

        private Process Start()
        {
            Skip.IfNot(File.Exists("/usr/bin/clang"), "clang is not installed");
            var source = Path.Combine(_directory.FullName, "look.c");
            var program = Path.Combine(_directory.FullName, "look");
            File.WriteAllText(source, $$"""
                #include <stdio.h>
                #include <string.h>
                #include "{{Path.Combine(RepositoryRoot.Path, "bpf/include/verdict.h")}}"
                int main(void)
                {
                    static const char *words[] = { "nothing", "undecided", "http1", "http2", "tls" };
                    char line[1024];
                    while (fgets(line, sizeof(line), stdin)) {
                        unsigned char bytes[WEIR_PEEK] = { 0 };
                        unsigned length = 0, byte;
                        for (const char *at = line; length < WEIR_PEEK && sscanf(at, "%2x", &byte) == 1; at += 2) bytes[length++] = byte;
                        puts(words[look_at(bytes, length)]);
                        fflush(stdout);
                    }
                }
                """);
            using var compiler = Process.Start(new ProcessStartInfo("/usr/bin/clang", ["-O1", "-fsanitize=undefined,bounds", "-fsanitize-trap=undefined,bounds", "-o", program, source]) { RedirectStandardError = true })!;
            var errors = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            Assert.True(compiler.ExitCode == 0, errors);
            return Process.Start(new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
    }
}
