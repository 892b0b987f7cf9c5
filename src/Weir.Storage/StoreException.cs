namespace Weir.Storage;

/// <summary>Whose move it is when the store fails.</summary>
public enum StoreFailure
{
    /// <summary>The disk or the quota is full: free space, the write can then be repeated.</summary>
    DiskFull,
    /// <summary>The device refused to read or write.</summary>
    InputOutput,
    /// <summary>The file is no database or is damaged: it has to be moved away or restored.</summary>
    Corrupt,
    /// <summary>The file or its directory can't be opened: path or permissions.</summary>
    CannotOpen,
    /// <summary>Another process holds the database, or the server has too much to do.</summary>
    Busy,
    /// <summary>The server can't be reached, or went away within an answer.</summary>
    Unreachable,
    /// <summary>The database was written by a newer Weir, or belongs to another program.</summary>
    WrongSchema,
    /// <summary>Anything else the engine reports.</summary>
    Other,
}

/// <summary>The store could not do what it was asked. The message names the file or server and what to do about it.</summary>
public sealed class StoreException(StoreFailure failure, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public StoreFailure Failure { get; } = failure;

    /// <summary>True when the same call may succeed later without anyone changing the database file.</summary>
    public bool IsTransient => Failure is StoreFailure.DiskFull or StoreFailure.InputOutput or StoreFailure.Busy or StoreFailure.Unreachable;
}
