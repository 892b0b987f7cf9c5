using System.Globalization;

namespace Weir.Cli.Configuration;

/// <summary>Values as one writes them into a configuration.</summary>
internal static class SettingText
{
    /// <summary>Null for what there is nothing to write for.</summary>
    public static string? Of(object? value) => value switch
    {
        null => null,
        bool yes => yes ? "true" : "false",
        TimeSpan time => Of(time),
        long number => Of(number),
        Enum name => name.ToString().ToLowerInvariant(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static string Of(TimeSpan time) => time switch
    {
        { Ticks: > 0 } when time.Ticks % TimeSpan.TicksPerDay == 0 => $"{time.Days}d",
        { Ticks: > 0 } when time.Ticks % TimeSpan.TicksPerHour == 0 => $"{time.Ticks / TimeSpan.TicksPerHour}h",
        { Ticks: > 0 } when time.Ticks % TimeSpan.TicksPerMinute == 0 => $"{time.Ticks / TimeSpan.TicksPerMinute}m",
        { Ticks: > 0 } when time.Ticks % TimeSpan.TicksPerSecond == 0 => $"{time.Ticks / TimeSpan.TicksPerSecond}s",
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds}s"),
    };

    private static string Of(long number) => number switch
    {
        >= 1L << 30 when number % (1L << 30) == 0 => $"{number >> 30}GiB",
        >= 1L << 20 when number % (1L << 20) == 0 => $"{number >> 20}MiB",
        _ => number.ToString(CultureInfo.InvariantCulture),
    };
}
