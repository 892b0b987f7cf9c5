using System.Text.RegularExpressions;
using Weir.Cli.Accounting;
using Weir.Cli.Configuration;
using Weir.Cli.Values;

namespace Weir.Cli.Roles;

/// <summary>The section <c>accounting</c> of a probe, and the keys of wakizashi that mean the same.</summary>
internal sealed class AccountingSettings
{
    private static readonly TimeSpan s_leastInterval = TimeSpan.FromSeconds(1);

    public required AccountingMode Mode { get; init; }

    public required AccountingPlane Plane { get; init; }

    public required TimeSpan Interval { get; init; }

    /// <summary>The probe's own address in reports.</summary>
    public required string Address { get; init; }

    /// <summary>Which interfaces are counted; null for all.</summary>
    public Func<string, bool>? Devices { get; init; }

    /// <exception cref="UsageException">A value is not what its key takes.</exception>
    public static AccountingSettings Read(YamlSettings yaml, WakizashiProbeKeys old)
    {
        var interval = yaml.Get<TimeSpan>("accounting.interval", Duration.TryParse, "a time such as 10s", old.Interval ?? TimeSpan.FromSeconds(10));
        if (interval < s_leastInterval) throw new UsageException("accounting.interval is at least 1s");
        var devices = yaml.FindAll("accounting.devices");
        var patterns = devices.Count > 0 ? devices : old.Devices;
        return new AccountingSettings
        {
            Mode = yaml.Get<AccountingMode>("accounting.mode", AccountingModes.TryParse, AccountingModes.Expected, old.AreThere ? AccountingMode.On : AccountingMode.Auto),
            Plane = yaml.Get<AccountingPlane>("accounting.plane", AccountingPlanes.TryParse, AccountingPlanes.Expected, AccountingPlane.Auto),
            Interval = interval,
            Address = yaml.FindText("accounting.address")?.Text ?? AccountingModes.OwnAddress(),
            Devices = patterns.Count == 0 ? null : Matching([.. patterns.Select(Pattern)]),
        };
    }

    private static Func<string, bool> Matching(Regex[] patterns) => name => Array.Exists(patterns, pattern => pattern.IsMatch(name));

    /// <summary>As in wakizashi, a part of the name is enough: <c>eth0</c> is also in <c>veth0</c>.</summary>
    private static Regex Pattern(Setting setting)
    {
        try
        {
            return new Regex(setting.Text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw setting.Wrong("a regular expression for names of interfaces");
        }
    }
}
