namespace Weir.Cli.Accounting;

/// <summary>Where bytes are counted.</summary>
internal enum AccountingPlane
{
    /// <summary>In the kernel where it takes the program, else on frames.</summary>
    Auto,
    Kernel,
    /// <summary>On the frames that are captured.</summary>
    Frames,
}

/// <summary>How it is written.</summary>
internal static class AccountingPlanes
{
    public const string Expected = "auto, kernel or frames";

    public static bool TryParse(string text, out AccountingPlane plane)
    {
        (var known, plane) = text switch
        {
            "auto" => (true, AccountingPlane.Auto),
            "kernel" => (true, AccountingPlane.Kernel),
            "frames" => (true, AccountingPlane.Frames),
            _ => (false, default),
        };
        return known;
    }
}
