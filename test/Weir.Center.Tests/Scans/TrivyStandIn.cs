using System.Runtime.Versioning;
using Weir.Center.Scans;
using Weir.Manifests.Images;

namespace Weir.Center.Tests.Scans;

/// <summary>A script in the place of Trivy, that notes how it was called and then behaves as asked; in a folder of its own.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class TrivyStandIn : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-trivy-");

    /// <param name="image">Shell lines for <c>trivy image</c>.</param>
    /// <param name="version">Shell lines for <c>trivy version</c>.</param>
    public TrivyStandIn(string image, string? version = null)
    {
        version ??= """echo '{"Version":"0.70.0","VulnerabilityDB":{"Version":2,"UpdatedAt":"2026-11-20T12:00:00Z"}}'""";
        File.WriteAllText(Program, $"#!/bin/sh\necho \"$@\" >> '{Calls}'\nif [ \"$1\" = version ]; then\n{version}\nexit 0\nfi\n{image}\n");
        File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Program => Path.Combine(_folder.FullName, "trivy");

    public ScanOptions Options => new() { Scanner = ImageScannerOptions.Default with { Program = Program } };

    private string Calls => Path.Combine(_folder.FullName, "calls");

    /// <summary>A file beside it, for scripts that wait.</summary>
    public string Beside(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>How often it was called so.</summary>
    public int Called(string command) => File.Exists(Calls) ? File.ReadAllLines(Calls).Count(line => line.StartsWith(command, StringComparison.Ordinal)) : 0;

    public void Dispose() => _folder.Delete(recursive: true);
}
