using System.Diagnostics.CodeAnalysis;
using Weir.Export.Apisec;

namespace Weir.Export;

public enum OutputKind : byte
{
    Console,
    JsonLines,
    Har,
    Pcap,
    Flows,
    None,
    /// <summary>A Resurface server: <see cref="OutputSpec.File"/> is its URL.</summary>
    Resurface,
    /// <summary>A .gor file.</summary>
    GoReplay,
    /// <summary>The APISec platform: <see cref="OutputSpec.File"/> is the configuration, null for where the environment says.</summary>
    Apisec,
    /// <summary>Events in the shape of the APISec traffic monitor.</summary>
    Captured,
    /// <summary>The same on standard output, marked.</summary>
    CapturedLines,
    /// <summary>An OpenTelemetry collector: <see cref="OutputSpec.File"/> is its URL, null for what the environment says.</summary>
    Otlp,
}

/// <summary>What <c>--output</c> asked for.</summary>
/// <param name="Kind">Which output.</param>
/// <param name="File">Path, or null for standard output. HAR, pcap and gor always have one; resurface and otlp have a URL or null.</param>
public sealed record OutputSpec(OutputKind Kind, string? File)
{
    public const string Syntax =
        "console | jsonl | jsonl:FILE | har:FILE | pcap:FILE | gor:FILE | flows | flows:FILE | resurface[:URL] | otlp[:URL] | apisec[:CONFIG.json] | captured:FILE | none";

    /// <summary><c>-</c> as FILE means standard output.</summary>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out OutputSpec? spec, [NotNullWhen(false)] out string? error)
    {
        spec = null;
        error = null;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        var name = colon < 0 ? text ?? "" : text![..colon];
        var file = colon < 0 ? null : text![(colon + 1)..];
        OutputKind? kind = name.ToLowerInvariant() switch
        {
            "console" => OutputKind.Console,
            "jsonl" => OutputKind.JsonLines,
            "har" => OutputKind.Har,
            "pcap" => OutputKind.Pcap,
            "flows" => OutputKind.Flows,
            "none" => OutputKind.None,
            "resurface" => OutputKind.Resurface,
            "gor" => OutputKind.GoReplay,
            "apisec" => OutputKind.Apisec,
            "otlp" => OutputKind.Otlp,
            "captured" => OutputKind.Captured,
            _ => null,
        };
        error = kind switch
        {
            null => $"Unknown output \"{name}\"; known are {Syntax}",
            OutputKind.Console or OutputKind.None when file is not null => $"The output {name} takes no file",
            OutputKind.Har or OutputKind.Pcap or OutputKind.GoReplay or OutputKind.Captured when string.IsNullOrEmpty(file) => $"The output {name} needs a file: {name}:FILE",
            _ when file is { Length: 0 } => $"The output {name}: names no file",
            _ => null,
        };
        if (error is not null) return false;
        spec = new OutputSpec(kind!.Value, file == "-" ? null : file);
        return true;
    }

    /// <summary>
    /// Opens every output but pcap, which takes packets and not exchanges, and those that need more than a name: resurface, gor,
    /// apisec, otlp.
    /// </summary>
    /// <exception cref="OutputException">The file cannot be created; says why.</exception>
    /// <exception cref="InvalidOperationException">The kind is one of those.</exception>
    public IExchangeOutput Open() => Kind switch
    {
        OutputKind.Console => new ConsoleOutput(
            StandardOutput.Open(), StandardOutput.WantsColour(), StandardOutput.Width()),
        OutputKind.JsonLines => new JsonLinesOutput(
            File is null ? StandardOutput.Open() : Create(File), File ?? "standard output"),
        OutputKind.Har => new HarOutput(File is null ? StandardOutput.Open() : Create(File), File ?? "standard output"),
        OutputKind.Flows => new FlowLinesOutput(File is null ? StandardOutput.Open() : Create(File), File ?? "standard output"),
        OutputKind.Captured when File is not null => new CapturedFileOutput(File),
        OutputKind.Captured or OutputKind.CapturedLines => new CapturedLinesOutput(StandardOutput.Open(), "standard output"),
        OutputKind.None => new NoneOutput(),
        _ => throw new InvalidOperationException($"An output of kind {Kind} is not opened by its name alone."),
    };

    /// <summary>A new or emptied file for an output.</summary>
    /// <exception cref="OutputException">It cannot be created; names it and says why.</exception>
    public static FileStream Create(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new OutputException($"Cannot create {path}: {failure.Message}", failure);
        }
    }
}
