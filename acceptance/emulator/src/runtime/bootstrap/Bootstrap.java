// Runs a Java function: loads the handler once, then asks the runtime API for one event after
// another. Arguments: the handler, PACKAGE.CLASS::METHOD, and the folders of code and layers.

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.HttpURLConnection;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public final class Bootstrap {
    private static final String API = "http://" + System.getenv("SCF_RUNTIME_API") + ":"
        + System.getenv("SCF_RUNTIME_API_PORT") + "/runtime/";

    private static Method method;
    private static Object target;

    public static void main(String[] arguments) throws Exception {
        try {
            load(arguments);
        } catch (ClassNotFoundException | NoSuchMethodException missing) {
            post("init/error", String.valueOf(missing.getMessage()));
            return;
        } catch (Throwable thrown) {
            post("invocation/error", stackOf(thrown));
            return;
        }
        post("init/ready", " ");
        while (true) {
            serve();
        }
    }

    private static void load(String[] arguments) throws Exception {
        String[] parts = arguments[0].split("::");
        List<URL> places = new ArrayList<>();
        for (String folder : new String[] {arguments[1], arguments[2]}) {
            places.add(new File(folder).toURI().toURL());
            for (File inside : new File[] {new File(folder), new File(folder, "lib"), new File(folder, "java/lib")}) {
                File[] archives = inside.listFiles((file, name) -> name.endsWith(".jar"));
                for (File archive : archives == null ? new File[0] : archives) {
                    places.add(archive.toURI().toURL());
                }
            }
        }
        ClassLoader loader = new URLClassLoader(places.toArray(new URL[0]));
        Thread.currentThread().setContextClassLoader(loader);
        Class<?> type;
        try {
            type = Class.forName(parts[0], true, loader);
        } catch (ClassNotFoundException missing) {
            throw new ClassNotFoundException("the package has no class " + parts[0]);
        }
        for (Method candidate : type.getMethods()) {
            if (candidate.getName().equals(parts[1]) && !candidate.isBridge() && candidate.getParameterCount() <= 2) {
                method = candidate;
            }
        }
        if (method == null) {
            throw new NoSuchMethodException(parts[0] + " has no public method " + parts[1]);
        }
        method.setAccessible(true);
        target = Modifier.isStatic(method.getModifiers()) ? null : type.getDeclaredConstructor().newInstance();
    }

    private static void serve() throws Exception {
        HttpURLConnection next = (HttpURLConnection) new URL(API + "invocation/next").openConnection();
        String event;
        try (InputStream body = next.getInputStream()) {
            event = allOf(body);
        }
        String answer;
        try {
            Class<?>[] types = method.getParameterTypes();
            Object[] values = new Object[types.length];
            if (types.length > 0) {
                values[0] = types[0] == String.class ? event : Json.fit(new Json(event).whole(), types[0]);
            }
            if (types.length > 1) {
                values[1] = context(types[1], next);
            }
            answer = Json.write(method.invoke(target, values));
        } catch (InvocationTargetException thrown) {
            System.out.flush();
            post("invocation/error", stackOf(thrown.getCause()));
            return;
        } catch (ReflectiveOperationException | RuntimeException thrown) {
            System.out.flush();
            post("invocation/error", stackOf(thrown));
            return;
        }
        System.out.flush();
        post("invocation/response", answer);
    }

    // The second argument is an interface of the vendor's library: getRequestId and so on.
    private static Object context(Class<?> type, HttpURLConnection next) {
        Map<String, Object> known = new LinkedHashMap<>();
        known.put("getRequestId", next.getHeaderField("request_id"));
        known.put("getMemoryLimitInMb", Integer.valueOf(next.getHeaderField("memory_limit_in_mb")));
        known.put("getTimeLimitInMs", Integer.valueOf(next.getHeaderField("time_limit_in_ms")));
        known.put("getFunctionName", System.getenv("SCF_FUNCTIONNAME"));
        known.put("getFunctionVersion", System.getenv("SCF_FUNCTIONVERSION"));
        known.put("getNamespace", System.getenv("SCF_NAMESPACE"));
        known.put("getTencentcloudRegion", System.getenv("TENCENTCLOUD_REGION"));
        known.put("getTencentcloudAppId", System.getenv("TENCENTCLOUD_APPID"));
        known.put("getTencentcloudUin", System.getenv("TENCENTCLOUD_UIN"));
        if (!type.isInterface()) {
            return type.isInstance(known) ? known : null;
        }
        if (type.isInstance(known)) {
            return known;
        }
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, called, values) -> {
            Object value = known.get(called.getName());
            return value == null ? null : Json.fit(value, called.getReturnType());
        });
    }

    private static void post(String path, String body) throws Exception {
        HttpURLConnection call = (HttpURLConnection) new URL(API + path).openConnection();
        call.setRequestMethod("POST");
        call.setDoOutput(true);
        call.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        try (InputStream answer = call.getInputStream()) {
            allOf(answer);
        }
    }

    private static String allOf(InputStream stream) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] part = new byte[1 << 16];
        for (int read = stream.read(part); read >= 0; read = stream.read(part)) {
            all.write(part, 0, read);
        }
        return all.toString("UTF-8");
    }

    private static String stackOf(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text, true));
        // What is below the handler is the platform's.
        String whole = text.toString();
        int own = whole.indexOf("\tat java.base/jdk.internal.reflect");
        return (own < 0 ? whole : whole.substring(0, own)).trim();
    }

    /** JSON texts, and values of Java. */
    private static final class Json {
        private final String text;
        private int at;

        Json(String text) {
            this.text = text;
        }

        Object whole() {
            return value();
        }

        private char peek() {
            while (Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return text.charAt(at);
        }

        private Object value() {
            switch (peek()) {
                case '{':
                    Map<String, Object> map = new LinkedHashMap<>();
                    at++;
                    while (peek() != '}') {
                        String key = string();
                        peek();
                        at++;
                        map.put(key, value());
                        if (peek() == ',') {
                            at++;
                            peek();
                        }
                    }
                    at++;
                    return map;
                case '[':
                    List<Object> list = new ArrayList<>();
                    at++;
                    while (peek() != ']') {
                        list.add(value());
                        if (peek() == ',') {
                            at++;
                        }
                    }
                    at++;
                    return list;
                case '"':
                    return string();
                default:
                    return word();
            }
        }

        private Object word() {
            int from = at;
            while (at < text.length() && isOfWord(text.charAt(at))) {
                at++;
            }
            String word = text.substring(from, at);
            switch (word) {
                case "null":
                    return null;
                case "true":
                case "false":
                    return Boolean.valueOf(word);
                default:
                    return word.matches("-?\\d{1,18}") ? (Object) Long.valueOf(word) : (Object) Double.valueOf(word);
            }
        }

        private static boolean isOfWord(char c) {
            return Character.isLetterOrDigit(c) || c == '-' || c == '+' || c == '.';
        }

        private String string() {
            StringBuilder result = new StringBuilder();
            at++;
            for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
                if (c != '\\') {
                    result.append(c);
                    continue;
                }
                c = text.charAt(at++);
                if (c == 'u') {
                    result.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                    at += 4;
                } else {
                    int known = "bfnrt".indexOf(c);
                    result.append(known < 0 ? c : "\b\f\n\r\t".charAt(known));
                }
            }
            return result.toString();
        }

        /** The value as a type wants it: a number's own type, or an object with its fields. */
        static Object fit(Object value, Class<?> type) throws ReflectiveOperationException {
            if (value == null || type.isInstance(value)) {
                return value;
            }
            if (value instanceof Number) {
                Number number = (Number) value;
                if (type == int.class || type == Integer.class) return number.intValue();
                if (type == long.class || type == Long.class) return number.longValue();
                if (type == double.class || type == Double.class) return number.doubleValue();
                if (type == float.class || type == Float.class) return number.floatValue();
                if (type == short.class || type == Short.class) return number.shortValue();
            }
            if (value instanceof Boolean && type == boolean.class) {
                return value;
            }
            if (type == String.class) {
                return write(value);
            }
            if (!(value instanceof Map)) {
                throw new IllegalArgumentException("the event is no " + type.getName());
            }
            Object made = type.getDeclaredConstructor().newInstance();
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                for (Class<?> at = type; at != null; at = at.getSuperclass()) {
                    for (Field field : at.getDeclaredFields()) {
                        if (field.getName().equals(entry.getKey()) && !Modifier.isStatic(field.getModifiers())) {
                            field.setAccessible(true);
                            field.set(made, fit(entry.getValue(), field.getType()));
                        }
                    }
                }
            }
            return made;
        }

        static String write(Object value) throws ReflectiveOperationException {
            if (value == null || value instanceof Boolean || value instanceof Number) {
                return String.valueOf(value);
            }
            if (value instanceof CharSequence || value instanceof Character || value instanceof Enum) {
                return quoted(value.toString());
            }
            List<String> parts = new ArrayList<>();
            if (value instanceof Collection) {
                for (Object one : (Collection<?>) value) {
                    parts.add(write(one));
                }
                return "[" + String.join(",", parts) + "]";
            }
            if (value.getClass().isArray()) {
                for (int index = 0; index < Array.getLength(value); index++) {
                    parts.add(write(Array.get(value, index)));
                }
                return "[" + String.join(",", parts) + "]";
            }
            if (value instanceof Map) {
                for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                    parts.add(quoted(String.valueOf(entry.getKey())) + ":" + write(entry.getValue()));
                }
                return "{" + String.join(",", parts) + "}";
            }
            for (Field field : value.getClass().getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                    field.setAccessible(true);
                    parts.add(quoted(field.getName()) + ":" + write(field.get(value)));
                }
            }
            return "{" + String.join(",", parts) + "}";
        }

        private static String quoted(String text) {
            StringBuilder result = new StringBuilder("\"");
            for (char c : text.toCharArray()) {
                if (c == '"' || c == '\\') {
                    result.append('\\').append(c);
                } else if (c < ' ') {
                    result.append(String.format("\\u%04x", (int) c));
                } else {
                    result.append(c);
                }
            }
            return result.append('"').toString();
        }
    }
}
