using System.Collections.Concurrent;

namespace ExampleApi;

public sealed record Address(string Street, string City, string PostalCode, string Country);

public sealed record User(
    int Id, string Name, string Email, string Role, string? Phone, Address? Address, DateTimeOffset CreatedAt);

/// <summary>What a client may send; PATCH leaves out what stays.</summary>
public sealed record UserInput(string? Name, string? Email, string? Role, string? Phone, Address? Address);

/// <summary>Users in memory. Users made by clients are kept to a bound, the oldest go first: traffic may run for weeks.</summary>
public sealed class UserStore
{
    private const int Seeded = 24;
    private const int MaxUsers = 500;

    private static readonly string[] Names =
    [
        "Ada Larsen", "Bruno Keller", "Chidi Okafor", "Dalia Haddad", "Elif Demir", "Farid Rahimi", "Greta Olsen", "Hugo Martin",
    ];

    private static readonly string[] Cities = ["Oslo", "Zürich", "Lagos", "Beirut", "İzmir", "Bergen"];

    private readonly ConcurrentDictionary<int, User> _users = new();
    private int _lastId;

    public UserStore()
    {
        var created = new DateTimeOffset(2025, 11, 3, 9, 30, 0, TimeSpan.Zero);
        for (var i = 0; i < Seeded; i++)
        {
            var name = Names[i % Names.Length];
            var email = $"{name.Replace(' ', '.').ToLowerInvariant()}{(i < Names.Length ? "" : $"{i}")}@example.com";
            var address = new Address($"Harbour Street {i + 1}", Cities[i % Cities.Length], $"{1000 + (i * 37)}", "NO");
            var role = i % 7 == 0 ? "admin" : "customer";
            Add(new UserInput(name, email, role, $"+47 22 {10 + i} {20 + i} {30 + i}", address), created.AddHours(i * 31));
        }
    }

    public IEnumerable<User> All => _users.Values.OrderBy(user => user.Id);

    public User? Find(int id) => _users.GetValueOrDefault(id);

    public bool EmailTaken(string? email, int exceptId = 0) =>
        _users.Values.Any(user => user.Id != exceptId && string.Equals(user.Email, email, StringComparison.OrdinalIgnoreCase));

    public User Add(UserInput input, DateTimeOffset now)
    {
        var id = Interlocked.Increment(ref _lastId);
        var user = new User(id, input.Name!, input.Email!, input.Role ?? "customer", input.Phone, input.Address, now);
        _users[id] = user;
        if (_users.Count > MaxUsers) _users.TryRemove(_users.Keys.Where(key => key > Seeded).Min(), out _);
        return user;
    }

    public void Replace(User user) => _users[user.Id] = user;

    public bool Remove(int id) => _users.TryRemove(id, out _);
}

public static class UserRoutes
{
    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/api/v1/users");
        users.MapGet("", List);
        users.MapPost("", Create);
        users.MapGet("{id:int}", (int id, UserStore store) =>
            store.Find(id) is { } user ? Results.Ok(user) : NotFound(id));
        users.MapPut("{id:int}", (int id, UserInput input, UserStore store) => Update(id, input, store, whole: true));
        users.MapPatch("{id:int}", (int id, UserInput input, UserStore store) => Update(id, input, store, whole: false));
        users.MapDelete("{id:int}", (int id, UserStore store) => store.Remove(id) ? Results.NoContent() : NotFound(id));
        users.MapGet("{id:int}/orders", (int id, UserStore store, OrderClient orders, CancellationToken cancellation) =>
            store.Find(id) is null ? Task.FromResult(NotFound(id)) : orders.Relay($"/api/v2/orders?userId={id}", cancellation));
    }

    private static IResult List(UserStore store, int page = 1, int pageSize = 10)
    {
        if (page < 1 || pageSize is < 1 or > 100)
            return Results.Problem("page starts at 1, pageSize is 1 to 100", statusCode: StatusCodes.Status400BadRequest);
        var all = store.All.ToList();
        return Results.Ok(new { page, pageSize, total = all.Count, items = all.Skip((page - 1) * pageSize).Take(pageSize) });
    }

    private static IResult Create(UserInput input, UserStore store, TimeProvider time)
    {
        if (Errors(input, whole: true) is { Count: > 0 } errors) return Results.ValidationProblem(errors);
        if (store.EmailTaken(input.Email)) return EmailConflict();
        var user = store.Add(input, time.GetUtcNow());
        return Results.Created($"/api/v1/users/{user.Id}", user);
    }

    private static IResult Update(int id, UserInput input, UserStore store, bool whole)
    {
        if (store.Find(id) is not { } user) return NotFound(id);
        if (Errors(input, whole) is { Count: > 0 } errors) return Results.ValidationProblem(errors);
        if (input.Email is not null && store.EmailTaken(input.Email, id)) return EmailConflict();
        var updated = user with
        {
            Name = input.Name ?? user.Name,
            Email = input.Email ?? user.Email,
            Role = input.Role ?? user.Role,
            Phone = input.Phone ?? (whole ? null : user.Phone),
            Address = input.Address ?? (whole ? null : user.Address),
        };
        store.Replace(updated);
        return Results.Ok(updated);
    }

    private static Dictionary<string, string[]> Errors(UserInput input, bool whole)
    {
        var errors = new Dictionary<string, string[]>();
        if (whole ? string.IsNullOrWhiteSpace(input.Name) : input.Name is "") errors["name"] = ["must not be empty"];
        if ((whole || input.Email is not null) && input.Email?.Contains('@', StringComparison.Ordinal) != true)
            errors["email"] = ["must be an e-mail address"];
        if (input.Role is not (null or "admin" or "customer")) errors["role"] = ["must be admin or customer"];
        return errors;
    }

    private static IResult NotFound(int id) =>
        Results.Problem($"there is no user {id}", statusCode: StatusCodes.Status404NotFound);

    private static IResult EmailConflict() =>
        Results.Problem("another user has this e-mail address", statusCode: StatusCodes.Status409Conflict);
}
