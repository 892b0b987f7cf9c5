namespace Weir.Storage;

/// <summary>Where a center keeps what is its own.</summary>
public static class DataDirectory
{
    /// <summary>Makes it where it is missing, for its owner alone: it holds what services say to each other, and the accounts of people.</summary>
    /// <exception cref="StoreException">It can't be made.</exception>
    public static void Create(string path)
    {
        try
        {
            Make(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.CannotOpen, $"The directory {path} can't be created: {exception.Message}", exception);
        }
    }

    /// <inheritdoc cref="Create"/>
    /// <exception cref="IOException">It can't be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be made.</exception>
    internal static void Make(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
