using System.Globalization;
using Weir.EndToEnd.Tests.Page;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>Configuration files of <c>weir probe</c> and <c>weir center</c>, read by the built command.</summary>
public sealed class RoleConfigurationTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, string> s_noEnvironment = [];

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-roles-").FullName;

    [Theory]
    [InlineData("center", "lissten: 127.0.0.1:7373\n", ":1:1: there is no key lissten; did you mean listen?")]
    [InlineData("center", "probes:\n  tls:\n    certificat: a.pem\n", ":3:5: there is no key probes.tls.certificat; did you mean probes.tls.certificate?")]
    [InlineData("center", "maxAge: soon\n", ":1:1: maxAge is 'soon', not a time such as 7d")]
    [InlineData("center", "listen: [a, b]\n", "listen takes one value")]
    [InlineData("center", "listen: 127.0.0.1:7373\nlisten: 127.0.0.1:7374\n", ":2:1: Duplicate key listen")]
    [InlineData("center", "probes: {listen: '0.0.0.0:7374'}\n", "would store whatever anybody sends")]
    [InlineData("center", "probes: {tls: {clientAuthority: /nowhere/ca.pem}}\n", "cannot read /nowhere/ca.pem")]
    [InlineData("center", "probes: {tls: {certificate: a.pem}}\n", "probes.tls.certificate and probes.tls.key come together")]
    [InlineData("probe", "name: x\n", "a probe needs its centers")]
    [InlineData("probe", "centers: ['http://center']\n", ":1:11: centers is 'http://center', not a center such as center:7374")]
    [InlineData("probe", "centers: [center]\ncapture:\n  bodyLimit: 3x\n", ":3:3: capture.bodyLimit: '3x' is not a size")]
    [InlineData("probe", "centers: [center]\ncapture:\n  interfaces: lo\n", ":3:3: there is no key capture.interfaces; did you mean capture.interface?")]
    [InlineData("probe", "centers: [center]\ntokenFile: /nowhere/token\n", ":2:1: cannot read /nowhere/token")]
    [InlineData("probe", "- a\n- b\n", "a configuration is keys and values")]
    [InlineData("probe", "centers: [center\n", ":2:1: ")]
    public async Task What_is_wrong_is_told_with_its_place(string role, string yaml, string expected)
    {
        var (code, _, errors) = await Check(role, yaml, s_noEnvironment);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.Equal(2, code);
    }

    [Fact]
    public async Task A_configuration_with_everything_is_right()
    {
        var token = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(token, "# of the tests\nmade-up-for-this-test\n");
        var (code, _, errors) = await Check("probe", $"""
            name: node-1
            centers:
              - center-0.example:7374
              - "[fd00::7]"
            tokenFile: {token}
            tls:
              serverName: center.example
            capture:
              interface: [lo, eth*]
              port: [80, 8000-8100]
              bodyLimit: 16k
              noTls: true
              where: status_code >= 500
              reveal: email
            spool:
              directory: {_folder}/spool
              maxSize: 1GiB
              maxAge: 2h
              waitForStore: 10m
            """, s_noEnvironment);
        Assert.True(code == 0, errors);
        (code, _, errors) = await Check("center", $"""
            listen: localhost:7373
            data: {_folder}/data
            maxSize: 1GiB
            maxAge: 30d
            probes:
              listen: 0.0.0.0:7374
              tokenFile: {token}
            """, s_noEnvironment);
        Assert.True(code == 0, errors);
    }

    [Fact]
    public async Task The_environment_goes_before_the_file_and_is_named_when_it_is_wrong()
    {
        var (code, _, errors) = await Check("probe", "centers: [center]\n", new Dictionary<string, string> { ["WEIR_SPOOL_MAX_SIZE"] = "much" });
        Assert.Equal(2, code);
        Assert.Contains("WEIR_SPOOL_MAX_SIZE: spool.maxSize is 'much'", errors, StringComparison.Ordinal);
        (code, _, errors) = await Check("center", "probes: {listen: '0.0.0.0:7374'}\n", new Dictionary<string, string> { ["WEIR_PROBES_TOKEN"] = "made-up-for-this-test" });
        Assert.True(code == 0, errors);
    }

    [SkippableFact]
    public async Task A_new_token_is_taken_while_the_center_runs_and_the_rest_is_told_to_need_a_restart()
    {
        Skip.If(OperatingSystem.IsWindows(), "SIGHUP is of Unix");
        var file = Path.Combine(_folder, "center.yaml");
        string Yaml(string token, string age) => string.Create(CultureInfo.InvariantCulture, $"""
            listen: 127.0.0.1:{RunningWeir.FreePort()}
            data: {_folder}/data
            maxAge: {age}
            probes:
              listen: 127.0.0.1:{RunningWeir.FreePort()}
              token: {token}

            """);
        var first = Yaml("made-up-one", "1d");
        await File.WriteAllTextAsync(file, first);
        using var center = WeirCommand.Start("center", "-c", file);
        await center.WaitForError("shows the calls", s_patience);
        await File.WriteAllTextAsync(file, first.Replace("made-up-one", "made-up-two", StringComparison.Ordinal));
        await center.WaitForError("the configuration has changed: probes.token", s_patience);
        await File.WriteAllTextAsync(file, "maxAge: soon\n");
        center.Signal("HUP");
        await center.WaitForError("the changed configuration is not taken", s_patience);
        await File.WriteAllTextAsync(file, first.Replace("1d", "2d", StringComparison.Ordinal));
        await center.WaitForError("which a restart will apply: maxAge", s_patience);
        Assert.DoesNotContain("made-up", center.Errors, StringComparison.Ordinal);
        center.Signal("TERM");
        var (code, _, _) = await center.Finish(s_patience);
        Assert.Equal(130, code);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int Code, string Output, string Errors)> Check(string role, string yaml, IReadOnlyDictionary<string, string> environment)
    {
        var file = Path.Combine(_folder, "weir.yaml");
        await File.WriteAllTextAsync(file, yaml);
        using var child = WeirCommand.Start(environment, role, "--check", "-c", file);
        return await child.Finish(s_patience);
    }
}
