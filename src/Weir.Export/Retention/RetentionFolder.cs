using System.Globalization;
using System.Text.RegularExpressions;

namespace Weir.Export.Retention;

/// <summary>
/// Names of the files in a folder of kept frames: <c>packets-NUMBER-TIME.pcapng</c>, TIME that of the first frame in UTC, with
/// <c>.index</c> beside each that is finished. The number orders them, so that a clock that was set back does not.
/// </summary>
internal static partial class RetentionFolder
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Files in order of their writing. What else is in the folder is not looked at.</summary>
    /// <exception cref="IOException">It is not there, or can't be listed.</exception>
    public static List<SegmentFile> List(string directory)
    {
        var found = new List<SegmentFile>();
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles("packets-*.pcapng"))
        {
            if (Name().Match(file.Name) is { Success: true } match)
                found.Add(new SegmentFile(long.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture), file.FullName));
        }

        found.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        return found;
    }

    public static string PathOf(string directory, long number, long firstNs)
    {
        // Times before 1970 or beyond what a date holds come from broken clocks.
        var first = DateTimeOffset.UnixEpoch.AddTicks(Math.Max(0, firstNs) / 100);
        return Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"packets-{number:D8}-{first.UtcDateTime:yyyyMMdd'T'HHmmss.fffffff'Z'}.pcapng"));
    }

    /// <summary>Makes the folder, and takes it for this process, however that ends.</summary>
    /// <exception cref="OutputException">It can't be made, or another process writes there.</exception>
    public static FileStream Lock(string directory)
    {
        var path = Path.Combine(directory, "lock");
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
            else Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
            return Create(path, FileMode.OpenOrCreate, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"Cannot keep packets in {directory}: {(File.Exists(path) && failure is IOException ? "another weir writes there; name another folder." : failure.Message)}", failure);
        }
    }

    /// <summary>A file that its owner alone may read, from the first byte on.</summary>
    public static FileStream Create(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    [GeneratedRegex(@"^packets-([0-9]{8,18})-[0-9]{8}T[0-9]{6}\.[0-9]{7}Z\.pcapng\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}

/// <summary>One file of frames.</summary>
/// <param name="Number">In order of writing.</param>
/// <param name="Path">Of the frames.</param>
internal sealed record SegmentFile(long Number, string Path)
{
    public string IndexPath => System.IO.Path.ChangeExtension(Path, ".index");
}
