using Weir.Cli.Commands;
using Weir.Cli.Configuration;
using Weir.Cli.Values;
using Weir.Export.Retention;

namespace Weir.Cli.Roles;

/// <summary>The section <c>retention</c> of a probe.</summary>
internal static class RetentionSettings
{
    /// <summary>Null when nothing is to be kept.</summary>
    /// <exception cref="UsageException">A value is not what its key takes.</exception>
    public static RetentionOptions? Read(YamlSettings yaml)
    {
        var directory = yaml.FindText("retention.directory", "Folder for raw packets as they came, unredacted; without it none are kept");
        var defaults = new RetentionOptions { Directory = directory?.Text ?? "" };
        var options = defaults with
        {
            BudgetBytes = yaml.Get("retention.budget", ByteSize.TryParse, "a size such as 1GiB", defaults.BudgetBytes, "Bytes on disk; the oldest packets go"),
            Age = yaml.Get<TimeSpan>("retention.age", Duration.TryParse, "a time such as 24h", defaults.Age, "How long packets are kept"),
            SegmentBytes = yaml.Get("retention.segment", ByteSize.TryParse, "a size such as 64MiB", defaults.SegmentBytes, "Size of one file"),
        };
        return directory is null or { Text: "" } ? null : RetentionChoices.Checked(options, "retention");
    }
}
