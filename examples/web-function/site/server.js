const http = require("node:http");

const server = http.createServer((request, response) => {
  const name = decodeURIComponent(request.url.split("/").pop()) || "web";
  console.log("greeting", name, "for request", request.headers["x-scf-request-id"]);
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.end(`${process.env.GREETING}, ${name}!\n`);
});

// Where instances have no network of their own, the local cloud names another port.
server.listen(process.env.SCF_WEB_PORT || 9000, "0.0.0.0");
