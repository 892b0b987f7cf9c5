using System.Runtime.InteropServices;
using System.Text.Json;

namespace Weir.Cli.Doctor;

/// <summary>All answers, for people and for scripts.</summary>
internal sealed class DoctorReport(IReadOnlyList<DoctorFinding> findings)
{
    /// <summary>Nothing that is needed is missing: every required answer is yes, and one of the ways to capture works.</summary>
    public bool IsHealthy =>
        !findings.Any(finding => finding is { Need: DoctorNeed.Required, Verdict: DoctorVerdict.No })
        && findings.Any(finding => finding is { Need: DoctorNeed.Capture, Verdict: DoctorVerdict.Yes });

    public void WriteText(TextWriter output)
    {
        output.WriteLine($"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {RuntimeInformation.FrameworkDescription}");
        foreach (var finding in findings)
        {
            var mark = finding.Verdict switch { DoctorVerdict.Yes => "yes ", DoctorVerdict.No => "no  ", _ => "    " };
            output.WriteLine($"{mark} {finding.Title}{(finding.Detail.Length > 0 ? $": {finding.Detail}" : "")}");
            if (finding.Remedy.Length > 0) output.WriteLine($"       {finding.Remedy}");
        }

        if (!IsHealthy) output.WriteLine("Something that Weir needs is missing.");
    }

    public void WriteJson(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteBoolean("ok", IsHealthy);
        json.WriteString("os", RuntimeInformation.OSDescription);
        json.WriteString("architecture", Lower(RuntimeInformation.ProcessArchitecture));
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteStartArray("checks");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("id", finding.Id);
            json.WriteString("title", finding.Title);
            json.WriteString("verdict", Lower(finding.Verdict));
            json.WriteString("need", Lower(finding.Need));
            json.WriteString("detail", finding.Detail);
            json.WriteString("remedy", finding.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
