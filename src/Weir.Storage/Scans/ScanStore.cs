using System.Globalization;
using System.IO.Compression;
using Microsoft.Data.Sqlite;
using Weir.Storage.Sqlite;

namespace Weir.Storage.Scans;

/// <summary>Scans of images with what they found: one SQLite file. Thread-safe.</summary>
public sealed class ScanStore : IDisposable
{
    /// <summary>"WEIC" in ASCII (SQLite file format §1.3.10).</summary>
    private const long ApplicationId = 0x5745_4943;

    private const string Columns = "id, image, by, started_ms, finished_ms, state, failure, error, counts";

    /// <summary>One script a version, appended to and never edited once released.</summary>
    private static readonly string[] s_migrations =
    [
        """
        CREATE TABLE scans(
            id TEXT PRIMARY KEY, image TEXT NOT NULL, by TEXT NOT NULL, started_ms INTEGER NOT NULL, finished_ms INTEGER, state TEXT NOT NULL,
            failure TEXT, error TEXT, counts TEXT, report BLOB);
        """,
    ];

    private readonly SmallDatabase _file;

    /// <param name="path">Created when missing, with its directory.</param>
    /// <exception cref="StoreException">The file can't be opened, is damaged, or is not ours; the message says what to do.</exception>
    public ScanStore(string path) => _file = new SmallDatabase(path, ApplicationId, s_migrations);

    /// <summary>Newest first.</summary>
    public IReadOnlyList<ScanRecord> Load() => _file.Query($"SELECT {Columns} FROM scans ORDER BY id DESC", Read);

    /// <summary>Writes a scan; the report that it has stays.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="keep">So many of the newest are kept, with it.</param>
    public void Save(ScanRecord scan, int keep) => _file.Execute(
        $"""
        INSERT INTO scans({Columns}) VALUES($id, $image, $by, $started, $finished, $state, $failure, $error, $counts)
        ON CONFLICT(id) DO UPDATE SET finished_ms=$finished, state=$state, failure=$failure, error=$error, counts=$counts;
        DELETE FROM scans WHERE id <= (SELECT id FROM scans ORDER BY id DESC LIMIT 1 OFFSET $keep)
        """,
        ("$id", scan.Id), ("$image", scan.Image), ("$by", scan.By), ("$started", scan.StartedMs), ("$finished", scan.FinishedMs), ("$state", scan.State),
        ("$failure", scan.Failure), ("$error", scan.Error),
        ("$counts", scan.Counts is null ? null : string.Join(',', scan.Counts.Select(static one => one.ToString(CultureInfo.InvariantCulture)))), ("$keep", keep));

    /// <summary>What a scan found, as one document; written before the scan is said to be done.</summary>
    public void SaveReport(string id, ReadOnlySpan<byte> report)
    {
        using var packed = new MemoryStream();
        using (var zip = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zip.Write(report);
        _file.Execute("UPDATE scans SET report=$report WHERE id=$id", ("$id", id), ("$report", packed.ToArray()));
    }

    /// <summary>The document of <see cref="SaveReport"/>; null without.</summary>
    public byte[]? LoadReport(string id)
    {
        var found = _file.Query("SELECT report FROM scans WHERE id=$id", static row => row.IsDBNull(0) ? null : row.GetFieldValue<byte[]>(0), ("$id", id));
        if (found is not [{ } packed]) return null;
        using var zip = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var report = new MemoryStream();
        zip.CopyTo(report);
        return report.ToArray();
    }

    public void Dispose() => _file.Dispose();

    private static ScanRecord Read(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.IsDBNull(4) ? null : row.GetInt64(4), row.GetString(5),
        row.IsDBNull(6) ? null : row.GetString(6), row.IsDBNull(7) ? null : row.GetString(7),
        row.IsDBNull(8) ? null : [.. row.GetString(8).Split(',').Select(static one => int.Parse(one, CultureInfo.InvariantCulture))]);
}
