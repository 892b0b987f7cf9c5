using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Weir.Benchmarks.Peers;

/// <summary>
/// What one run of a command cost. <c>Cpu</c> is user and system time with all processes it waited for, <c>PeakBytes</c> the
/// largest resident size of the process itself.
/// </summary>
public readonly record struct Cost(int ExitCode, TimeSpan Wall, TimeSpan Cpu, long PeakBytes);

/// <summary>
/// Runs a command and reads its cost from /proc (proc_pid_stat(5), proc_pid_status(5)): CPU as the growth of our own
/// children's time, so only one child may run at once; memory as the last high-water mark seen.
/// </summary>
public static class ChildRun
{
    /// <summary>USER_HZ, fixed at 100 on every Linux that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    private const int PollMilliseconds = 5;

    /// <param name="command">For /bin/sh; redirections are part of it.</param>
    /// <param name="limit">The command is ended after this time, with exit code 124 as timeout(1) gives.</param>
    public static Cost Run(string command, TimeSpan limit)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec " + command]) { UseShellExecute = false, RedirectStandardInput = true };
        var before = ChildrenTime();
        var started = Stopwatch.GetTimestamp();
        using var child = Process.Start(start) ?? throw new InvalidOperationException("/bin/sh did not start");
        child.StandardInput.Close();
        long peak = 0;
        var late = false;
        while (!child.WaitForExit(PollMilliseconds))
        {
            peak = Math.Max(peak, HighWaterMark(child.Id));
            if (late || Stopwatch.GetElapsedTime(started) < limit) continue;
            late = true;
            child.Kill(entireProcessTree: true);
        }

        var wall = Stopwatch.GetElapsedTime(started);
        return new Cost(late ? 124 : child.ExitCode, wall, ChildrenTime() - before, peak);
    }

    private static TimeSpan ChildrenTime()
    {
        // The name in parentheses may hold spaces; what follows it starts at field 3. cutime and cstime are 16 and 17.
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = fields.Skip(13).Take(2).Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    private static long HighWaterMark(int process)
    {
        const string Label = "VmHWM:";
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(text => text.StartsWith(Label, StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line[Label.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
        }
        catch (Exception error) when (error is IOException or Win32Exception)
        {
            // The process ended between the two looks.
            return 0;
        }
    }
}
