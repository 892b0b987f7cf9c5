using System.Text;
using System.Text.Json;
using Weir.Manifests.Images;
using Weir.Manifests.Objects;
using Weir.Manifests.Reports;
using Weir.Testing;

namespace Weir.Manifests.Tests.Images;

public class TrivyReportTests
{
    [SkippableTheory]
    [InlineData("alpine-39", 6, 0, 0, "alpine 3.9.4")]
    [InlineData("busybox-with-lockfile", 2, 0, 0, null)]
    [InlineData("centos-7", 3, 0, 0, "centos 7.6.1810")]
    [InlineData("conan", 1, 0, 0, null)]
    [InlineData("debian-buster", 2, 0, 0, "debian 10.1")]
    [InlineData("dockerfile", 0, 1, 0, null)]
    [InlineData("gomod", 5, 0, 0, null)]
    [InlineData("helm", 0, 18, 0, null)]
    [InlineData("npm", 1, 0, 0, null)]
    [InlineData("pom", 2, 0, 0, null)]
    [InlineData("secrets", 0, 0, 2, null)]
    public void Reports_that_Trivy_wrote_are_read(string name, int vulnerabilities, int misconfigurations, int secrets, string? system)
    {
        var json = File.ReadAllBytes(SharedData.Require($"trivy/{name}.json.golden"));
        var report = TrivyReport.Parse(json);
        Assert.Equal((vulnerabilities, misconfigurations, secrets, system), (report.Vulnerabilities.Length, report.Misconfigurations.Length, report.Secrets.Length, report.OperatingSystem));
        Assert.Equal(Counted(json), Enum.GetValues<ImageSeverity>().Select(report.Count));
        Assert.All(report.Vulnerabilities, one => Assert.All((string[])[one.Id, one.Package, one.Installed, one.Target], text => Assert.NotEmpty(text)));
        Assert.NotNull(report.CreatedAt);
    }

    /// <summary>Of everything found in the report, by a walk that knows only the word Severity.</summary>
    private static IEnumerable<int> Counted(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var all = document.RootElement.GetProperty("Results").EnumerateArray()
            .SelectMany(result => ((string[])["Vulnerabilities", "Misconfigurations", "Secrets", "Licenses"]).Where(list => result.TryGetProperty(list, out _)).SelectMany(list => result.GetProperty(list).EnumerateArray()))
            .Select(one => one.GetProperty("Severity").GetString()).ToList();
        return Enum.GetNames<ImageSeverity>().Select(name => all.Count(one => string.Equals(one, name, StringComparison.OrdinalIgnoreCase)));
    }

    [SkippableFact]
    public void A_vulnerability_has_what_a_reader_needs()
    {
        var report = TrivyReport.Parse(File.ReadAllBytes(SharedData.Require("trivy/alpine-39.json.golden")));
        var one = report.Vulnerabilities.First(found => found.Id == "CVE-2019-1549");
        Assert.Equal((ImageSeverity.Medium, "libcrypto1.1", "1.1.1b-r1", "1.1.1d-r0", 5.3), (one.Severity, one.Package, one.Installed, one.Fixed, one.Score));
        Assert.True(report.IsEndOfLife);
    }

    [Fact]
    public void Licences_are_read_and_checks_that_passed_are_not()
    {
        var report = Parse("""
            {"SchemaVersion":2,"ArtifactName":"a","ArtifactType":"container_image","Results":[
             {"Target":"OS","Class":"license","Licenses":[{"Severity":"HIGH","Category":"restricted","PkgName":"bash","FilePath":"","Name":"GPL-3.0","Confidence":1}]},
             {"Target":"Dockerfile","Class":"config","Misconfigurations":[{"ID":"DS001","Severity":"LOW","Status":"PASS"},{"ID":"DS002","Severity":"HIGH","Status":"FAIL","CauseMetadata":{"StartLine":3,"EndLine":4}}]}]}
            """);
        Assert.Equal(new ImageLicense("GPL-3.0", "restricted", ImageSeverity.High, "bash", "", "OS"), Assert.Single(report.Licenses));
        Assert.Equal(("DS002", 3, 4), (Assert.Single(report.Misconfigurations).Id, report.Misconfigurations[0].StartLine, report.Misconfigurations[0].EndLine));
    }

    [Fact]
    public void A_report_without_results_is_one_of_a_clean_or_unknown_image()
    {
        var report = Parse("""{"SchemaVersion":2,"ArtifactName":"scratch","ArtifactType":"container_image"}""");
        Assert.Empty(report.Targets);
        Assert.Contains("nothing in it was recognised", ImageText.Summary(report), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("FATAL something", "not JSON")]
    [InlineData("[]", "no SchemaVersion")]
    [InlineData("{}", "no SchemaVersion")]
    [InlineData("{\"SchemaVersion\":1}", "schema version 1")]
    [InlineData("{\"SchemaVersion\":\"2\"}", "another type")]
    public void What_is_no_report_is_said_to_be_none(string json, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => Parse(json)).Message, StringComparison.Ordinal);

    [SkippableFact]
    public void Reports_cut_or_changed_anywhere_are_read_or_refused()
    {
        var json = File.ReadAllBytes(SharedData.Require("trivy/secrets.json.golden"));
        for (var length = 0; length < json.Length; length += 7) Assert.Throws<FormatException>(() => TrivyReport.Parse(json.AsMemory(0, length)));
        string[] values = ["null", "1", "\"x\"", "[]", "{}", "[1]", "true"];
        var lines = Encoding.UTF8.GetString(json).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var colon = lines[i].IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0 || lines[i].TrimEnd()[^1] is '{' or '[') continue;
            foreach (var value in values)
            {
                var changed = (string[])lines.Clone();
                changed[i] = lines[i][..(colon + 2)] + value + (lines[i].EndsWith(',') ? "," : "");
                try
                {
                    Parse(string.Join('\n', changed));
                }
                catch (FormatException)
                {
                    // Refused with a reason, which is all that is asked.
                }
            }
        }
    }

    [Fact]
    public void A_score_that_is_no_number_of_this_world_is_none()
    {
        var report = Parse("""{"SchemaVersion":2,"Results":[{"Target":"a","Vulnerabilities":[{"VulnerabilityID":"x","SeveritySource":"nvd","CVSS":{"nvd":{"V3Score":1e999}}}]}]}""");
        Assert.Null(Assert.Single(report.Vulnerabilities).Score);
        using var stream = new MemoryStream();
        ImageJson.Write(report, ImageSeverity.Unknown, stream);
        using (JsonDocument.Parse(stream.ToArray())) Assert.NotEqual(0, stream.Length);
    }

    [Theory]
    [InlineData("registry.example/a:1.0", "registry.example/a:1.0", true)]
    [InlineData("nginx:1.27", "docker.io/library/nginx:1.27", true)]
    [InlineData("nginx", "nginx:latest", true)]
    [InlineData("nginx:1.27", "nginx:1.26", false)]
    [InlineData("ghcr.io/nginx:1.27", "nginx:1.27", false)]
    public void A_report_is_of_the_image_that_it_names(string artifact, string image, bool same) =>
        Assert.Equal(same, new ImageReport { Artifact = artifact, ArtifactType = "container_image" }.IsOf(image, ImageName.Parse(image)));

    [Fact]
    public void A_digest_says_more_than_a_tag()
    {
        var digest = "sha256:" + new string('a', 64);
        var report = new ImageReport { Artifact = "a:1", ArtifactType = "container_image", Digests = ["registry.example/a@" + digest] };
        Assert.True(report.IsOf("b@" + digest, ImageName.Parse("b@" + digest)));
        Assert.False(report.IsOf("a:1@sha256:" + new string('b', 64), ImageName.Parse("a:1@sha256:" + new string('b', 64))));
    }

    [SkippableFact]
    public void The_JSON_has_the_counts_and_leaves_out_what_is_below()
    {
        var report = TrivyReport.Parse(File.ReadAllBytes(SharedData.Require("trivy/gomod.json.golden")));
        using var stream = new MemoryStream();
        ImageJson.Write(report, ImageSeverity.High, stream);
        using var document = JsonDocument.Parse(stream.ToArray());
        Assert.Equal(5, document.RootElement.GetProperty("summary").GetProperty("vulnerabilities").GetInt32());
        Assert.Equal(report.Vulnerabilities.Count(one => one.Severity >= ImageSeverity.High), document.RootElement.GetProperty("vulnerabilities").GetArrayLength());
    }

    private static ImageReport Parse(string json) => TrivyReport.Parse(Encoding.UTF8.GetBytes(json));
}
