using Microsoft.Win32.SafeHandles;

namespace Weir.Export;

public static class StandardOutput
{
    /// <summary>
    /// Standard output as a plain stream. <see cref="Console.OpenStandardOutput()"/> hides a closed pipe, so that a capture
    /// would go on for nobody; this one tells it.
    /// </summary>
    public static Stream Open() => new FileStream(
        new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);

    /// <summary>Colour is wanted: a terminal, and the user did not set NO_COLOR (no-color.org) or TERM=dumb.</summary>
    public static bool WantsColour() =>
        !Console.IsOutputRedirected &&
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) &&
        Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Columns of the terminal; 0 when it is none or does not say.</summary>
    public static int Width()
    {
        if (Console.IsOutputRedirected) return 0;
        try
        {
            return Console.WindowWidth;
        }
        catch (IOException)
        {
            // No controlling terminal behind the handle: lines then have no limit.
            return 0;
        }
    }
}
