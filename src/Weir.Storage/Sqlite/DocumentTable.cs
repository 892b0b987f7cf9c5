using Microsoft.Data.Sqlite;

namespace Weir.Storage.Sqlite;

/// <summary>Small documents by kind and name, such as the catalogue of a service: written together or not at all.</summary>
internal static class DocumentTable
{
    public const string Schema = "CREATE TABLE documents(kind TEXT NOT NULL, name TEXT NOT NULL, encoding INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(kind, name));";

    public static int Save(SqliteConnection connection, RecordCodec codec, string kind, IReadOnlyList<(string Name, byte[] Body)> documents)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT OR REPLACE INTO documents(kind, name, encoding, body) VALUES($kind, $name, $encoding, $body)";
        return Atomically.Run(connection, () =>
        {
            foreach (var (name, body) in documents)
            {
                var stored = codec.Encode(body, out var encoding).ToArray();
                command.Parameters.Clear();
                command.Parameters.AddWithValue("$kind", kind);
                command.Parameters.AddWithValue("$name", name);
                command.Parameters.AddWithValue("$encoding", (long)encoding);
                command.Parameters.AddWithValue("$body", stored);
                command.ExecuteNonQuery();
            }

            return documents.Count;
        });
    }

    public static IReadOnlyList<(string Name, byte[] Body)> Load(SqliteConnection connection, string kind)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, encoding, body FROM documents WHERE kind=$kind ORDER BY name";
        command.Parameters.AddWithValue("$kind", kind);
        using var reader = command.ExecuteReader();
        var documents = new List<(string, byte[])>();
        while (reader.Read()) documents.Add((reader.GetString(0), RecordCodec.Decode(reader.GetFieldValue<byte[]>(2), (RecordEncoding)reader.GetInt64(1))));
        return documents;
    }
}
