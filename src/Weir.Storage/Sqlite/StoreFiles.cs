namespace Weir.Storage.Sqlite;

/// <summary>Makes the file of a database before SQLite does.</summary>
internal static class StoreFiles
{
    /// <summary>
    /// A database holds what services say to each other, or the accounts of people: only its owner may read it. SQLite gives its log the
    /// same mode.
    /// </summary>
    /// <param name="path">Full path; its directory is created when missing.</param>
    /// <exception cref="StoreException">The directory or the file can't be created.</exception>
    public static void Create(string path)
    {
        try
        {
            CreateOwned(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.CannotOpen,
                $"The directory of the store {path} can't be created: {exception.Message}", exception);
        }
    }

    private static void CreateOwned(string path)
    {
        DataDirectory.Make(Path.GetDirectoryName(path)!);
        if (OperatingSystem.IsWindows() || File.Exists(path)) return;
        using var created = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }
}
