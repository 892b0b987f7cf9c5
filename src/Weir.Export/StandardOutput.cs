using Microsoft.Win32.SafeHandles;

namespace Weir.Export;

public static class StandardOutput
{
    /// <summary>
    /// Standard output as a stream that tells a closed pipe: <see cref="Console.OpenStandardOutput()"/> hides it, so that a
    /// capture would go on for nobody. A regular file is left to that one, since a file stream would write at offsets of its
    /// own and not move the offset that is shared with the shell and the programs after it.
    /// </summary>
    public static Stream Open()
    {
        var plain = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        if (!plain.CanSeek) return plain;
        plain.Dispose();
        return Console.OpenStandardOutput();
    }

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
